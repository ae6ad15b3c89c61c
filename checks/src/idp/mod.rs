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

pub(crate) use audience::Audience;
pub(crate) use auto_provision::AutoProvision;
pub(crate) use certificate_known::CertificateKnown;
pub(crate) use certificate_valid::CertificateValid;
pub(crate) use enabled::Enabled;
pub(crate) use exists::Exists;
pub(crate) use issuer_matches::IssuerMatches;
pub(crate) use issuer_unique::IssuerUnique;
pub(crate) use target_https::TargetHttps;

pub(crate) fn checks() -> Vec<Box<dyn Check>> {
    vec![
        Box::new(Exists),
        Box::new(Enabled),
        Box::new(AutoProvision),
        Box::new(IssuerMatches),
        Box::new(CertificateKnown),
        Box::new(CertificateValid),
        Box::new(IssuerUnique),
        Box::new(TargetHttps),
        Box::new(Audience),
    ]
}
