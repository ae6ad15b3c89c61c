//! Root causes, in the order in which they are tried.

use hybridcheck_core::cause::Rule;

mod address_partly_unreachable;
mod answer_never_completes;
mod authorization_header_removed;
mod auto_provisioning_off;
mod block_page;
mod captive_portal;
mod certificate_and_key_swapped;
mod certificate_expired;
mod client_disabled;
mod client_has_no_role;
mod client_id_malformed;
mod clock_skew;
mod connection_flaky;
mod dns_truncation;
mod edge_refusal;
mod host_firewall;
mod hosts_file_override;
mod id_and_secret_swapped;
mod idp_certificate_expired;
mod idp_certificate_mismatch;
mod idp_disabled;
mod idp_is_generic;
mod idp_missing;
mod idp_target_not_https;
mod ip_not_authorized;
mod issuer_mismatch;
mod issuer_not_unique;
mod key_certificate_mismatch;
mod key_does_not_open;
mod large_client_hello_dropped;
mod large_packets_lost;
mod listener_silent;
mod login_refused_otherwise;
mod name_does_not_resolve;
mod name_sinkholed;
mod nameserver_refuses;
mod nameserver_silent;
mod nameservers_disagree;
mod no_route;
mod not_the_genuine_service;
mod not_tls;
mod object_changed;
mod object_incomplete;
mod object_wrong_type;
mod one_family_dead;
mod organization_inactive;
mod organization_mismatch;
mod organization_other_platform;
mod policy_denied;
mod product_not_enabled;
mod proxy_denies;
mod proxy_hangs;
mod proxy_login_refused;
mod proxy_login_required;
mod proxy_login_unsupported;
mod proxy_name_does_not_resolve;
mod proxy_resolves_otherwise;
mod proxy_settings_conflict;
mod proxy_unreachable;
mod proxy_upstream_failed;
mod rate_limited;
mod region_mismatch;
mod revocation_blocked;
mod role_lacks_permissions;
mod role_missing;
mod saml_assertion_refused;
mod saml_client_refused;
mod scope_not_authorized;
mod secret_with_blanks;
mod service_error;
mod single_administrator;
mod sni_filtered;
mod system_lookup_differs;
mod tcp_blocked;
mod tcp_refused;
mod tcp_rejected;
mod tls_certificate_expired;
mod tls_chain_incomplete;
mod tls_inspected;
mod tls_interrupted;
mod tls_name_mismatch;
mod tls_node_differs;
mod tls_not_trusted;
mod tls_too_old;
mod token_refused_by_api;
mod tool_client_elsewhere;
mod unknown_client;
mod url_malformed;
mod wrong_grant_type;
mod wrong_secret;

pub(crate) const RULES: &[&dyn Rule] = &[
    &url_malformed::UrlMalformed,
    &region_mismatch::RegionMismatch,
    &object_wrong_type::ObjectWrongType,
    &object_incomplete::ObjectIncomplete,
    &name_does_not_resolve::NameDoesNotResolve,
    &nameserver_refuses::NameserverRefuses,
    &dns_truncation::DnsTruncation,
    &nameservers_disagree::NameserversDisagree,
    &name_sinkholed::NameSinkholed,
    &hosts_file_override::HostsFileOverride,
    &system_lookup_differs::SystemLookupDiffers,
    &nameserver_silent::NameserverSilent,
    &proxy_name_does_not_resolve::ProxyNameDoesNotResolve,
    &proxy_unreachable::ProxyUnreachable,
    &proxy_hangs::ProxyHangs,
    &proxy_login_required::ProxyLoginRequired,
    &proxy_login_refused::ProxyLoginRefused,
    &proxy_login_unsupported::ProxyLoginUnsupported,
    &proxy_denies::ProxyDenies,
    &proxy_upstream_failed::ProxyUpstreamFailed,
    &proxy_resolves_otherwise::ProxyResolvesOtherwise,
    &proxy_settings_conflict::ProxySettingsConflict,
    &no_route::NoRoute,
    &host_firewall::HostFirewall,
    &tcp_rejected::TcpRejected,
    &tcp_blocked::TcpBlocked,
    &tcp_refused::TcpRefused,
    &one_family_dead::OneFamilyDead,
    &address_partly_unreachable::AddressPartlyUnreachable,
    &connection_flaky::ConnectionFlaky,
    &clock_skew::ClockSkew,
    &sni_filtered::SniFiltered,
    &tls_too_old::TlsTooOld,
    &not_tls::NotTls,
    &listener_silent::ListenerSilent,
    &large_packets_lost::LargePacketsLost,
    &large_client_hello_dropped::LargeClientHelloDropped,
    &tls_interrupted::TlsInterrupted,
    &tls_node_differs::TlsNodeDiffers,
    &tls_not_trusted::TlsNotTrusted,
    &tls_inspected::TlsInspected,
    &tls_chain_incomplete::TlsChainIncomplete,
    &tls_name_mismatch::TlsNameMismatch,
    &tls_certificate_expired::TlsCertificateExpired,
    &captive_portal::CaptivePortal,
    &block_page::BlockPage,
    &edge_refusal::EdgeRefusal,
    &not_the_genuine_service::NotTheGenuineService,
    &service_error::ServiceError,
    &answer_never_completes::AnswerNeverCompletes,
    &revocation_blocked::RevocationBlocked,
    &rate_limited::RateLimited,
    &object_changed::ObjectChanged,
    &id_and_secret_swapped::IdAndSecretSwapped,
    &client_id_malformed::ClientIdMalformed,
    &unknown_client::UnknownClient,
    &login_refused_otherwise::LoginRefusedOtherwise,
    &ip_not_authorized::IpNotAuthorized,
    &authorization_header_removed::AuthorizationHeaderRemoved,
    &scope_not_authorized::ScopeNotAuthorized,
    &policy_denied::PolicyDenied,
    &token_refused_by_api::TokenRefusedByApi,
    &secret_with_blanks::SecretWithBlanks,
    &wrong_secret::WrongSecret,
    &wrong_grant_type::WrongGrantType,
    &client_disabled::ClientDisabled,
    &organization_mismatch::OrganizationMismatch,
    &organization_inactive::OrganizationInactive,
    &organization_other_platform::OrganizationOtherPlatform,
    &tool_client_elsewhere::ToolClientElsewhere,
    &certificate_and_key_swapped::CertificateAndKeySwapped,
    &key_does_not_open::KeyDoesNotOpen,
    &key_certificate_mismatch::KeyCertificateMismatch,
    &certificate_expired::CertificateExpired,
    &idp_missing::IdpMissing,
    &idp_is_generic::IdpIsGeneric,
    &idp_disabled::IdpDisabled,
    &auto_provisioning_off::AutoProvisioningOff,
    &issuer_mismatch::IssuerMismatch,
    &issuer_not_unique::IssuerNotUnique,
    &idp_certificate_mismatch::IdpCertificateMismatch,
    &idp_certificate_expired::IdpCertificateExpired,
    &idp_target_not_https::IdpTargetNotHttps,
    &role_missing::RoleMissing,
    &product_not_enabled::ProductNotEnabled,
    &role_lacks_permissions::RoleLacksPermissions,
    &client_has_no_role::ClientHasNoRole,
    &single_administrator::SingleAdministrator,
    &saml_client_refused::SamlClientRefused,
    &saml_assertion_refused::SamlAssertionRefused,
];
