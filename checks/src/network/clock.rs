//! Whether this host's clock agrees with Genesys Cloud's.

use hybridcheck_core::check::{Case, Judge, Whole};
use hybridcheck_core::facts::{Answer, ClockReading, FactKey, Gap, HttpFact, TokenOutcome};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;

page! {
    /// The clock of this host agrees with Genesys Cloud's.
    ///
    /// The `Date` of genuine answers is compared with this host's clock; half the duration of the request and the second that
    /// `Date` cuts off count as uncertainty. Several answers together leave less of it than each alone.
    ///
    /// ## Why it matters
    ///
    /// A SAML assertion whose times lie more than ten seconds beside Genesys Cloud's clock is refused, and a clock that is far off
    /// makes valid certificates look expired. Measured is this host; agents' desktops and the component that signs assertions
    /// have clocks of their own.
    ///
    /// ## How to fix
    ///
    /// Synchronise this host with a time source (chrony, ntpd, Windows Time) and run again.
    ///
    /// ## What we rely on
    ///
    /// Documented: at most ten seconds between identity provider and Genesys Cloud (Genesys Cloud help, single sign-on).
    /// Inferred: `Date` is the service's clock; answers from a cache, which carry `Age`, are left out.
    pub(crate) struct Clock;
}

impl Judge for Clock {
    type Subject = Whole;

    fn subjects(&self, object: &HybridObject) -> Vec<Whole> {
        if object.auth_endpoints().is_empty() && object.api_endpoints().is_empty() {
            return Vec::new();
        }
        vec![Whole]
    }

    fn needs(&self, _: &Whole, object: &HybridObject) -> Vec<FactKey> {
        let (auth, api) = (object.auth_endpoints(), object.api_endpoints());
        let discovery = auth.iter().map(FactKey::discovery);
        let probe = api.iter().map(FactKey::api_probe);
        discovery.chain(probe).collect()
    }

    fn judge(&self, _: &Whole, case: &Case<'_>) -> Answer<Judgement> {
        let (readings, missing) = readings(case);
        let Some(measured) = Measured::of(&readings) else {
            return Err(missing.unwrap_or(Gap::NotAnswered {
                what: "no genuine answer of Genesys Cloud carried a readable, uncached Date".into(),
            }));
        };
        let (offset, doubt) = (measured.offset, measured.doubt);
        let limit = i64::from(case.policy.clock_limit_seconds) * 1000;
        let found = if offset.abs() <= doubt {
            format!(
                "no difference that can be measured (within {})",
                seconds(doubt)
            )
        } else {
            format!(
                "this host's clock is {} {}, give or take {}",
                seconds(offset.abs()),
                side(offset),
                seconds(doubt)
            )
        };
        let judgement = if offset.abs() - doubt > limit {
            Judgement::fail(
                format!(
                    "at most {} s between this host's clock and Genesys Cloud's",
                    case.policy.clock_limit_seconds
                ),
                found,
                "Synchronise this host's clock with a time source (chrony, ntpd, Windows Time).",
                Owner::HostAdmin,
            )
        } else if offset.abs() + doubt > limit {
            Judgement::note(
                format!(
                    "{found}: close to the limit of {} s",
                    case.policy.clock_limit_seconds
                ),
                "Make sure that this host's clock is synchronised.",
                Owner::HostAdmin,
            )
        } else {
            Judgement::pass(found)
        };
        let Some((source, reading)) = readings
            .iter()
            .min_by_key(|(_, reading)| reading.uncertainty)
        else {
            return Ok(judgement);
        };
        let mut judgement = judgement
            .evidence("measured on", source)
            .evidence("Genesys Cloud's clock", reading.server)
            .evidence("this host's clock", reading.local);
        if readings.len() > 1 {
            let said = if measured.agreeing == readings.len() {
                format!("{} answers together", readings.len())
            } else {
                format!(
                    "{} of {} answers; the others name other times",
                    measured.agreeing,
                    readings.len()
                )
            };
            judgement = judgement.evidence("combined from", said);
        }
        Ok(judgement)
    }
}

/// What several readings say together: each bounds the offset from both sides, and what all bounds leave is the answer.
struct Measured {
    /// Our clock minus the service's, in milliseconds.
    offset: i64,
    /// How far the truth may lie from it, in milliseconds.
    doubt: i64,
    /// How many readings agree with it.
    agreeing: usize,
}

impl Measured {
    /// Begins with the surest reading; one that contradicts those before it is left out.
    fn of(readings: &[(Outside, ClockReading)]) -> Option<Self> {
        let mut bounds: Vec<(i64, i64)> = readings
            .iter()
            .map(|(_, reading)| {
                let offset = reading.offset_millis();
                let doubt = i64::try_from(reading.uncertainty.0.as_millis()).unwrap_or(i64::MAX);
                (offset.saturating_sub(doubt), offset.saturating_add(doubt))
            })
            .collect();
        bounds.sort_by_key(|(low, high)| high.saturating_sub(*low));
        let (mut low, mut high) = *bounds.first()?;
        let mut agreeing = 0;
        for (from, to) in bounds {
            if from <= high && to >= low {
                (low, high) = (low.max(from), high.min(to));
                agreeing += 1;
            }
        }
        let offset = low.midpoint(high);
        Some(Self {
            offset,
            doubt: (high.saturating_sub(offset)).max(offset.saturating_sub(low)),
            agreeing,
        })
    }
}

fn seconds(millis: i64) -> String {
    format!("{}.{} s", millis / 1000, millis % 1000 / 100)
}

fn side(offset: i64) -> &'static str {
    if offset > 0 { "ahead" } else { "behind" }
}

/// Our clock minus the service's, in milliseconds, from all readings together.
pub(crate) fn offset_millis(case: &Case<'_>) -> Option<i64> {
    let (readings, _) = readings(case);
    Measured::of(&readings).map(|measured| measured.offset)
}

/// Readings of genuine answers only: the clock of a portal or proxy says nothing.
fn readings(case: &Case<'_>) -> (Vec<(Outside, ClockReading)>, Option<Gap>) {
    let mut readings = Vec::new();
    let mut missing = None;
    for endpoint in case.object.auth_endpoints() {
        let key = FactKey::discovery(&endpoint);
        match case.discovery(&key) {
            Ok(fact) if fact.document.is_some() || is_marked(&fact.http) => {
                readings.extend(reading(&fact.http));
            }
            Ok(_) => missing = Some(Gap::blocked(key)),
            Err(gap) => missing = Some(gap),
        }
    }
    for endpoint in case.object.api_endpoints() {
        let key = FactKey::api_probe(&endpoint);
        match case.api_probe(&key) {
            Ok(fact) if fact.error.is_some() => readings.extend(reading(&fact.http)),
            Ok(_) => missing = missing.or(Some(Gap::blocked(key))),
            Err(gap) => missing = missing.or(Some(gap)),
        }
    }
    for client in case.service_clients() {
        // Asked for by other checks: used when it is there, never asked for on account of the clock.
        let key = FactKey::token(&client);
        if let Ok(fact) = case.facts().token(&key)
            && (matches!(fact.outcome, TokenOutcome::Issued { .. }) || is_marked(&fact.http))
        {
            readings.extend(reading(&fact.http));
        }
    }
    (readings, missing)
}

fn is_marked(http: &HttpFact) -> bool {
    http.outcome
        .answer()
        .is_some_and(|answer| answer.correlation_id().is_some())
}

fn reading(http: &HttpFact) -> Option<(Outside, ClockReading)> {
    let answer = http.outcome.answer()?;
    let is_cached = answer.header("age").is_some_and(|age| age.trim() != "0");
    let clock = answer.clock.filter(|_| !is_cached)?;
    Some((http.request.clone(), clock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        api_error, api_probe, clock, discovery, now, token_key, with_clock, without,
    };

    fn ahead(seconds: Option<i64>) -> Bench {
        let mut bench = Bench::healthy();
        let (auth, api) = (bench.auth(), bench.api());
        let reading = seconds.map(clock);
        let mut document = discovery(&auth, "https://login.mypurecloud.de");
        document.http = with_clock(document.http, reading);
        let mut probe = api_probe(&api, Some(api_error(401, "authentication.required", "…")));
        probe.http = with_clock(probe.http, reading);
        bench.facts = without(&bench.facts, &token_key("ewt"));
        bench
            .fact(FactKey::discovery(&auth), document)
            .fact(FactKey::api_probe(&api), probe)
    }

    #[test]
    fn an_agreeing_clock_passes() {
        assert_eq!(
            Bench::healthy()
                .judge_first(&Clock)
                .expect("a verdict")
                .found(),
            "no difference that can be measured (within 1.0 s)"
        );
        assert_eq!(ahead(Some(4)).status(&Clock), Status::Pass);
    }

    #[test]
    fn a_clock_beyond_the_limit_fails_on_either_side() {
        let judgement = ahead(Some(300)).judge_first(&Clock).expect("a verdict");
        assert_eq!(judgement.status(), Status::Fail);
        assert_eq!(
            judgement.found(),
            "this host's clock is 300.0 s ahead, give or take 1.0 s"
        );
        assert_eq!(ahead(Some(-12)).status(&Clock), Status::Fail);
    }

    #[test]
    fn doubt_is_no_failure() {
        assert_eq!(ahead(Some(11)).status(&Clock), Status::Note);
        assert_eq!(ahead(Some(-10)).status(&Clock), Status::Note);
    }

    fn read(offset: i64, doubt: u64) -> (Outside, ClockReading) {
        let reading = ClockReading {
            server: now(),
            local: hybridcheck_core::time::Timestamp::from_unix_millis(
                now().unix_millis() + 500 + offset,
            ),
            uncertainty: hybridcheck_testkit::facts::took(doubt),
        };
        ("GET …".into(), reading)
    }

    #[test]
    fn several_answers_leave_less_doubt_than_each_alone() {
        let readings = [read(900, 600), read(100, 550), read(400, 700)];
        let measured = Measured::of(&readings).expect("a measurement");
        // 300 to 650 is what all three leave.
        assert_eq!(
            (measured.offset, measured.doubt, measured.agreeing),
            (475, 175, 3)
        );
    }

    #[test]
    fn an_answer_that_contradicts_the_surer_ones_is_left_out() {
        let readings = [read(0, 520), read(90_000, 600), read(200, 540)];
        let measured = Measured::of(&readings).expect("a measurement");
        assert_eq!(measured.agreeing, 2);
        assert!(measured.offset.abs() < 600);
        assert!(Measured::of(&[]).is_none());
    }

    #[test]
    fn a_strangers_clock_is_not_believed() {
        let bench = ahead(Some(0));
        let (auth, api) = (bench.auth(), bench.api());
        let mut document = discovery(&auth, "x");
        document.http = hybridcheck_testkit::facts::http("GET …", 200, "text/html", "", false);
        document.http = with_clock(document.http, Some(clock(9999)));
        document.document = None;
        let bench = bench
            .fact(FactKey::discovery(&auth), document)
            .fact(FactKey::api_probe(&api), api_probe(&api, None));
        assert_eq!(
            bench.judge_first(&Clock),
            Err(Gap::blocked(FactKey::discovery(&auth)))
        );
    }

    #[test]
    fn no_date_is_a_gap() {
        assert!(matches!(
            ahead(None).judge_first(&Clock),
            Err(Gap::NotAnswered { .. })
        ));
        let mut bench = Bench::healthy();
        bench.facts = Facts::without(Gap::Offline);
        assert_eq!(bench.judge_first(&Clock), Err(Gap::Offline));
        assert_eq!(now(), clock(0).server);
    }
}
