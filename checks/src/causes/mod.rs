//! Root causes, in the order in which they are tried.

use hybridcheck_core::cause::Rule;

mod address_partly_unreachable;
mod answer_never_completes;
mod auto_provisioning_off;
mod certificate_and_key_swapped;
mod certificate_expired;
mod client_disabled;
mod client_id_malformed;
mod clock_skew;
mod dns_truncation;
mod hosts_file_override;
mod idp_certificate_mismatch;
mod idp_disabled;
mod idp_missing;
mod issuer_mismatch;
mod issuer_not_unique;
mod key_certificate_mismatch;
mod key_does_not_open;
mod name_does_not_resolve;
mod name_sinkholed;
mod nameserver_refuses;
mod nameserver_silent;
mod nameservers_disagree;
mod not_the_genuine_service;
mod object_incomplete;
mod object_wrong_type;
mod organization_mismatch;
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
mod role_missing;
mod service_error;
mod system_lookup_differs;
mod tcp_blocked;
mod tcp_refused;
mod tls_certificate_expired;
mod tls_interrupted;
mod tls_name_mismatch;
mod tls_not_trusted;
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
    &tcp_blocked::TcpBlocked,
    &tcp_refused::TcpRefused,
    &address_partly_unreachable::AddressPartlyUnreachable,
    &clock_skew::ClockSkew,
    &tls_interrupted::TlsInterrupted,
    &tls_not_trusted::TlsNotTrusted,
    &tls_name_mismatch::TlsNameMismatch,
    &tls_certificate_expired::TlsCertificateExpired,
    &not_the_genuine_service::NotTheGenuineService,
    &service_error::ServiceError,
    &answer_never_completes::AnswerNeverCompletes,
    &rate_limited::RateLimited,
    &client_id_malformed::ClientIdMalformed,
    &unknown_client::UnknownClient,
    &wrong_secret::WrongSecret,
    &wrong_grant_type::WrongGrantType,
    &client_disabled::ClientDisabled,
    &organization_mismatch::OrganizationMismatch,
    &certificate_and_key_swapped::CertificateAndKeySwapped,
    &key_does_not_open::KeyDoesNotOpen,
    &key_certificate_mismatch::KeyCertificateMismatch,
    &certificate_expired::CertificateExpired,
    &idp_missing::IdpMissing,
    &idp_disabled::IdpDisabled,
    &auto_provisioning_off::AutoProvisioningOff,
    &issuer_mismatch::IssuerMismatch,
    &issuer_not_unique::IssuerNotUnique,
    &idp_certificate_mismatch::IdpCertificateMismatch,
    &role_missing::RoleMissing,
];
