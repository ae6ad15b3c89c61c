//! Checks of family `idp`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod audience;
mod auto_provision;
mod certificate_known;
mod certificate_valid;
mod enabled;
mod exists;
mod issuer_matches;
mod issuer_unique;
mod target_https;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &exists::Exists,
    &enabled::Enabled,
    &auto_provision::AutoProvision,
    &issuer_matches::IssuerMatches,
    &certificate_known::CertificateKnown,
    &certificate_valid::CertificateValid,
    &issuer_unique::IssuerUnique,
    &target_https::TargetHttps,
    &audience::Audience,
];
