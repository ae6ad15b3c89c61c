//! Checks of family `saml`, in the order in which they are shown.

mod certificate_ca;
mod certificate_decodes;
mod certificate_encoding;
mod certificate_expiry;
mod certificate_key_size;
mod certificate_not_before;
mod certificate_signature;
mod certificate_single;
mod client;
mod expire_time;
mod issuer_form;
mod login;
mod login_client;
mod login_ended;
mod login_user;
mod options_clean;
mod options_present;
mod pkey_decodes;
mod pkey_decrypts;
mod pkey_encoding;
mod pkey_matches_certificate;
mod token_life;

use hybridcheck_core::check::Check;

pub(crate) use client::key as client_key;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &options_present::OptionsPresent,
    &options_clean::OptionsClean,
    &issuer_form::IssuerForm,
    &certificate_decodes::CertificateDecodes,
    &certificate_encoding::CertificateEncoding,
    &certificate_single::CertificateSingle,
    &certificate_expiry::CertificateExpiry,
    &certificate_not_before::CertificateNotBefore,
    &certificate_key_size::CertificateKeySize,
    &certificate_signature::CertificateSignature,
    &certificate_ca::CertificateCa,
    &pkey_decodes::PkeyDecodes,
    &pkey_encoding::PkeyEncoding,
    &pkey_decrypts::PkeyDecrypts,
    &pkey_matches_certificate::PkeyMatchesCertificate,
    &expire_time::ExpireTime,
    &client::Client,
    &token_life::TokenLife,
    &login::Login,
    &login_user::LoginUser,
    &login_client::LoginClient,
    &login_ended::LoginEnded,
];
