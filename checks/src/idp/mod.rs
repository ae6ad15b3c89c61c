//! Checks of family `idp`, in the order in which they are shown.

use hybridcheck_core::check::Check;

mod auto_provision;
mod certificate_known;
mod enabled;
mod exists;
mod issuer_matches;
mod issuer_unique;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &exists::Exists,
    &enabled::Enabled,
    &auto_provision::AutoProvision,
    &issuer_matches::IssuerMatches,
    &certificate_known::CertificateKnown,
    &issuer_unique::IssuerUnique,
];
