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

pub(crate) use certificate_ca::CertificateCa;
pub(crate) use certificate_decodes::CertificateDecodes;
pub(crate) use certificate_encoding::CertificateEncoding;
pub(crate) use certificate_expiry::CertificateExpiry;
pub(crate) use certificate_key_size::CertificateKeySize;
pub(crate) use certificate_not_before::CertificateNotBefore;
pub(crate) use certificate_signature::CertificateSignature;
pub(crate) use certificate_single::CertificateSingle;
pub(crate) use client::Client;
pub(crate) use expire_time::ExpireTime;
pub(crate) use issuer_form::IssuerForm;
pub(crate) use login::Login;
pub(crate) use login_client::LoginClient;
pub(crate) use login_ended::LoginEnded;
pub(crate) use login_user::LoginUser;
pub(crate) use options_clean::OptionsClean;
pub(crate) use options_present::OptionsPresent;
pub(crate) use pkey_decodes::PkeyDecodes;
pub(crate) use pkey_decrypts::PkeyDecrypts;
pub(crate) use pkey_encoding::PkeyEncoding;
pub(crate) use pkey_matches_certificate::PkeyMatchesCertificate;
pub(crate) use token_life::TokenLife;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(OptionsPresent),
        Box::new(OptionsClean),
        Box::new(IssuerForm),
        Box::new(CertificateDecodes),
        Box::new(CertificateEncoding),
        Box::new(CertificateSingle),
        Box::new(CertificateExpiry),
        Box::new(CertificateNotBefore),
        Box::new(CertificateKeySize),
        Box::new(CertificateSignature),
        Box::new(CertificateCa),
        Box::new(PkeyDecodes),
        Box::new(PkeyEncoding),
        Box::new(PkeyDecrypts),
        Box::new(PkeyMatchesCertificate),
        Box::new(ExpireTime),
        Box::new(Client),
        Box::new(TokenLife),
        Box::new(Login),
        Box::new(LoginUser),
        Box::new(LoginClient),
        Box::new(LoginEnded),
    ]
}
