//! Whether the served chains end at a root that is trusted.

use std::net::IpAddr;

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Answer, ChainFault, FactKey, Gap, TlsFact, Trust};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::subjects;

page! {
    /// The certificate chain of the endpoint ends at a trusted root.
    ///
    /// ## Why it matters
    ///
    /// A proxy that inspects TLS signs certificates of its own. Whoever holds its key can read client secrets and tokens; and a
    /// component that does not know its root refuses the connection, as Java programs with a store of their own often do.
    ///
    /// ## How to fix
    ///
    /// Have the host exempted from TLS inspection. If that is not allowed, import the root of the inspecting proxy into the store of
    /// **every** component (Java: its `cacerts`; Windows: the machine's store), and name it to hybridcheck with `--cacert`.
    /// Do not pin certificates: they are replaced at any time without notice.
    ///
    /// ## What we rely on
    ///
    /// Documented: Genesys Cloud uses certificates of AWS Certificate Manager, which end at the Amazon roots, rotates them
    /// without notice and supports no pinning. Another public root is therefore a note, no fault.
    /// Inferred: a chain that only this host's own store trusts was signed by an inspecting proxy.
    pub(crate) struct Trusted;
}

impl Judge for Trusted {
    type Subject = Endpoint;

    fn subjects(&self, object: &HybridObject) -> Vec<Endpoint> {
        subjects::tls_endpoints(object)
    }

    fn needs(&self, endpoint: &Endpoint, _: &HybridObject) -> Vec<FactKey> {
        subjects::connection_needs(endpoint)
    }

    fn judge(&self, endpoint: &Endpoint, case: &Case<'_>) -> Answer<Judgement> {
        let served = subjects::served(case, endpoint)?;
        // The worst address decides: a component may be given any of them.
        let worst = served
            .iter()
            .copied()
            .max_by_key(|(_, fact, trust)| rank(fact, *trust));
        let Some((address, fact, trust)) = worst else {
            return Err(Gap::NotPlanned);
        };
        if trust == Trust::Nowhere && is_only_untimely(fact) {
            return Err(Gap::blocked(FactKey::tls(endpoint, address)));
        }
        Ok(with_chain(verdict(endpoint, address, fact, trust), fact))
    }
}

/// Another fault of the chain is as bad as no trust at all.
fn rank(fact: &TlsFact, trust: Trust) -> (bool, Trust) {
    (has_other_fault(fact), trust)
}

fn has_other_fault(fact: &TlsFact) -> bool {
    fact.faults
        .iter()
        .any(|fault| matches!(fault, ChainFault::Other { .. }))
}

/// The chain could not be followed because of its dates alone, which `tls-validity` judges.
fn is_only_untimely(fact: &TlsFact) -> bool {
    let untimely = |fault: &ChainFault| {
        matches!(
            fault,
            ChainFault::Expired { .. } | ChainFault::NotYetValid { .. }
        )
    };
    let trust =
        |fault: &ChainFault| matches!(fault, ChainFault::UnknownIssuer | ChainFault::Other { .. });
    fact.faults.iter().any(untimely) && !fact.faults.iter().any(trust)
}

fn verdict(endpoint: &Endpoint, address: IpAddr, fact: &TlsFact, trust: Trust) -> Judgement {
    let issuer = fact
        .chain
        .first()
        .map_or(Outside::of("an unnamed authority"), |leaf| {
            leaf.issuer.view()
        });
    let issuer = issuer.shown(120);
    let expected = "a chain that ends at an Amazon root, or at another public one";
    if has_other_fault(fact) {
        let faults = fact
            .faults
            .iter()
            .filter(|fault| matches!(fault, ChainFault::Other { .. }));
        return Judgement::fail(
            expected,
            format!(
                "{address} serves a chain that cannot be used: {}",
                listed(faults)
            ),
            format!(
                "Find out who serves the certificate of {} here; it is not Genesys Cloud's as the public sees it.",
                endpoint.host
            ),
            Owner::SecurityTeam,
        );
    }
    match trust {
        Trust::Amazon => Judgement::pass(format!("{trust}; issued by {issuer}")),
        Trust::Public => Judgement::note(
            format!(
                "the chain ends at {trust}; issued by {issuer}. Genesys Cloud uses Amazon's today and may change"
            ),
            "",
            Owner::SecurityTeam,
        ),
        Trust::Given => Judgement::pass(format!(
            "trusted because of --cacert; issued by {issuer}. Components need that root too"
        )),
        Trust::HostStore => Judgement::warn(
            expected,
            format!(
                "TLS inspection: {address} serves a chain issued by {issuer}, which only this host's own store trusts"
            ),
            format!(
                "Exempt {} from TLS inspection; else import that root into the store of every component (Java has its own).",
                endpoint.host
            ),
            Owner::SecurityTeam,
        ),
        Trust::Nowhere => Judgement::fail(
            expected,
            format!("{address} serves a chain issued by {issuer}, which nobody here trusts"),
            format!(
                "Exempt {} from TLS inspection, or find out what answers in its place; send it no client secret.",
                endpoint.host
            ),
            Owner::SecurityTeam,
        ),
    }
}

fn with_chain(mut judgement: Judgement, fact: &TlsFact) -> Judgement {
    for served in &fact.chain {
        let said = format!(
            "issued by {}, {} to {}, SHA-256 {}",
            served.issuer,
            served.not_before.day(),
            served.not_after.day(),
            served.sha256
        );
        judgement = judgement.evidence(&served.subject.shown(120).to_string(), said);
    }
    judgement
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{addresses_of, tls};

    fn serving(trust: Trust, faults: &[ChainFault]) -> Bench {
        let bench = Bench::healthy();
        let endpoint = bench.auth();
        let address = addresses_of(&endpoint.host)[1];
        bench.fact(
            FactKey::tls(&endpoint, address),
            tls(&endpoint.host, trust, faults.to_vec()),
        )
    }

    #[test]
    fn the_ladder_is_climbed_by_the_worst_address() {
        let status = |trust, faults: &[ChainFault]| serving(trust, faults).status(&Trusted);
        assert_eq!(status(Trust::Amazon, &[]), Status::Pass);
        assert_eq!(status(Trust::Public, &[]), Status::Note);
        assert_eq!(status(Trust::Given, &[]), Status::Pass);
        assert_eq!(status(Trust::HostStore, &[]), Status::Warn);
        assert_eq!(
            status(Trust::Nowhere, &[ChainFault::UnknownIssuer]),
            Status::Fail
        );
        assert_eq!(
            status(
                Trust::Amazon,
                &[ChainFault::Other {
                    error: "CaUsedAsEndEntity".into()
                }]
            ),
            Status::Fail
        );
    }

    #[test]
    fn the_inspecting_authority_is_named() {
        let judgement = serving(Trust::HostStore, &[])
            .judge_first(&Trusted)
            .expect("a verdict");
        assert!(
            judgement
                .found()
                .contains("192.0.2.11 serves a chain issued by CN=Acme Web Gateway CA, O=Acme")
        );
    }

    #[test]
    fn trust_by_flag_says_so() {
        let judgement = serving(Trust::Given, &[])
            .judge_first(&Trusted)
            .expect("a verdict");
        assert!(judgement.found().contains("--cacert"));
    }

    #[test]
    fn a_chain_that_is_only_expired_is_judged_elsewhere() {
        let bench = serving(Trust::Nowhere, &[ChainFault::Expired { not_after: None }]);
        assert!(matches!(
            bench.judge_first(&Trusted),
            Err(Gap::Blocked { .. })
        ));
        assert_eq!(
            serving(Trust::Amazon, &[ChainFault::Expired { not_after: None }]).status(&Trusted),
            Status::Pass
        );
    }
}
