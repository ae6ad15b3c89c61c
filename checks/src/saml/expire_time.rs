//! Whether `saml/expire_time` is a number of hours.

use hybridcheck_core::check::{Case, Judge, OptionName};
use hybridcheck_core::facts::{Answer, FactKey, Gap};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;

page! {
    /// The life of a token is a whole number of hours, 1 to 48.
    ///
    /// ## Why it matters
    ///
    /// `expire_time` is the life that is asked for the access token of a SAML login, in hours. Genesys Cloud may grant less: the token duration of the
    /// OAuth client of section `saml_auth` has the last word. A value in seconds or minutes asks for weeks, and a value that is no
    /// number may end the login.
    ///
    /// ## How to fix
    ///
    /// In GAX open Routing/eServices > Transactions > `hybrid_integration` > Options, section `saml`, and set `expire_time` to the
    /// number of hours alone, such as `24`, the default. Then compare with the token duration of the client: Genesys Cloud Admin > Integrations >
    /// OAuth > the client of `saml_auth`.
    ///
    /// ## What we rely on
    ///
    /// Documented: hours, 24 by default, and that the service may override it; the token duration of an OAuth client is 300 to 172800 seconds, which is 48 hours.
    /// Inferred: more than 48 hours cannot be granted.
    pub(crate) struct ExpireTime;
}

/// The longest token duration of an OAuth client, in hours.
const MOST_HOURS: u64 = 48;

impl Judge for ExpireTime {
    type Subject = OptionName;

    fn subjects(&self, _: &HybridObject) -> Vec<OptionName> {
        vec![OptionName::new("saml", "expire_time")]
    }

    fn judge(&self, _: &OptionName, case: &Case<'_>) -> Answer<Judgement> {
        let option = case.visible("saml", "expire_time")?;
        let shown = option.value.shown();
        let shape = option.value.shape();
        let expected = "a whole number of hours, 1 to 48";
        let fix = "set saml/expire_time to the number of hours alone, such as 24";
        // What is around the value is judged by saml-options-clean; this judges what is left.
        let text = option.value.plain().map_or("", |text| {
            text.raw()
                .trim()
                .trim_matches(|c| matches!(c, '"' | '\''))
                .trim()
        });
        let judgement = match text.parse::<u64>() {
            Ok(0) => Judgement::fail(
                expected,
                "0 hours: every token would have ended at once",
                fix,
                Owner::EngageAdmin,
            ),
            Ok(hours @ 1..=MOST_HOURS) => Judgement::pass(format!("{hours} h")),
            Ok(more) => {
                let guess = match more {
                    60..3600 => {
                        format!("; {more} minutes would be {} h", more / 60)
                    }
                    3600.. => format!("; {more} seconds would be {} h", more / 3600),
                    _ => String::new(),
                };
                let found = format!("{more} hours, more than a token can live{guess}");
                Judgement::warn(expected, found, fix, Owner::EngageAdmin)
            }
            Err(_) if shape.invisible_blank || shape.typographic_quote => {
                let key = FactKey::option(case.object.id, "saml", "expire_time");
                return Err(Gap::blocked(key));
            }
            Err(_) => Judgement::fail(
                expected,
                format!("{shown}, which is no whole number"),
                fix,
                Owner::EngageAdmin,
            ),
        };
        Ok(judgement.of(option))
    }
}

#[cfg(test)]
mod tests {
    use hybridcheck_core::facts::Facts;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::material;
    use hybridcheck_testkit::objects::{healthy, with, without};

    use super::*;

    fn judge(value: &str) -> Answer<Judgement> {
        let object = with(healthy(), "saml", "expire_time", value);
        material::judge(&ExpireTime, "expire_time", &object, &Facts::default())
    }

    fn status(value: &str) -> Status {
        judge(value).expect("a judgement").status()
    }

    #[test]
    fn one_to_forty_eight_pass() {
        for value in ["1", "24", "48", " 24\n", "'24'"] {
            assert_eq!(status(value), Status::Pass, "{value:?}");
        }
    }

    #[test]
    fn what_is_no_number_fails() {
        for value in ["24h", "1.5", "-1", "0", "a day", "99999999999999999999999"] {
            assert_eq!(status(value), Status::Fail, "{value}");
        }
    }

    #[test]
    fn seconds_and_minutes_are_guessed() {
        for (value, guess) in [
            ("86400", "86400 seconds would be 24 h"),
            ("1440", "1440 minutes would be 24 h"),
            ("49", "49 hours"),
        ] {
            let judgement = judge(value).expect("a judgement");
            assert_eq!(judgement.status(), Status::Warn, "{value}");
            assert!(judgement.found().contains(guess), "{}", judgement.found());
        }
    }

    #[test]
    fn a_missing_or_muddled_value_is_a_gap() {
        let object = without(healthy(), "saml", "expire_time");
        let answer = material::judge(&ExpireTime, "expire_time", &object, &Facts::default());
        assert!(matches!(answer, Err(Gap::Blocked { .. })));
        assert!(matches!(
            judge("\u{201c}24\u{201d}"),
            Err(Gap::Blocked { .. })
        ));
    }
}
