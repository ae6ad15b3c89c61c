//! With which words the service refuses to save an identity provider, as checks tell it.

use hybridcheck_core::finding::Judgement;
use hybridcheck_core::idp_fault::IdpFault;
/// Adds with which words the service would refuse to save what was found.
pub(crate) fn with_words(judgement: Judgement, fault: Option<IdpFault>) -> Judgement {
    match fault.and_then(IdpFault::refusal) {
        Some(refusal) => judgement.evidence("the identity provider would be refused with", refusal),
        None => judgement,
    }
}

/// The code with which the service would refuse it, as the rest of a sentence.
pub(crate) fn would_refuse(fault: IdpFault) -> String {
    fault.refusal().map_or_else(String::new, |refusal| {
        format!(
            "; the service would refuse to save it with `{}`",
            refusal.code
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::time::Timestamp;
    use hybridcheck_testkit::facts::{certificate_info, now};

    #[test]
    fn dates_are_judged_to_the_second() {
        let info = certificate_info();
        let (first, last) = (info.not_before.unix(), info.not_after.unix());
        let at = |unix| IdpFault::of_dates(&info, Timestamp::from_unix(unix));
        assert_eq!(IdpFault::of_dates(&info, now()), None);
        assert_eq!((at(first), at(last)), (None, None));
        assert_eq!(at(first - 1), Some(IdpFault::CertificateNotYetValid));
        assert_eq!(at(last + 1), Some(IdpFault::CertificateExpired));
    }
}
