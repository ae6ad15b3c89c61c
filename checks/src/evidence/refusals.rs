//! What refusals of the token endpoint and of the API mean: two tables, matched loosely; what they do not name stays raw.

use std::sync::LazyLock;

use hybridcheck_core::cause::{Certainty, Diagnosis};
use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::facts::{ApiError, ClientRef, FactKey, OAuthError, Recorded};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::row::Row;

use crate::evidence::{members, rows};
use crate::oauth::ClientActive;

/// What an OAuth error says about the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OAuthMeaning {
    /// The client may not use this grant.
    GrantNotAllowed,
    /// The client id is not known in this region.
    UnknownClient,
    /// The client is known, the secret is not its.
    WrongSecret,
}

/// Why the API refuses a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ApiMeaning {
    /// The organisation accepts calls from listed addresses only.
    AddressNotAllowed,
    /// The token is not one of this region, or has ended.
    ForeignToken,
    /// The Authorization header did not arrive.
    HeaderRemoved,
    /// A security policy of the organisation denies it.
    Policy,
    /// The organisation enforces scopes, and the client lacks one.
    ScopeMissing,
}

struct OAuthLine {
    status: Option<u16>,
    error: &'static str,
    words: Vec<String>,
    meaning: OAuthMeaning,
    certainty: Certainty,
}

static OAUTH: LazyLock<Vec<OAuthLine>> = LazyLock::new(|| {
    lines(include_str!("../../data/oauth_errors.tsv"))
        .filter_map(oauth_line)
        .collect()
});

static API: LazyLock<Vec<(&'static str, ApiMeaning)>> = LazyLock::new(|| {
    lines(include_str!("../../data/api_errors.tsv"))
        .filter_map(api_line)
        .collect()
});

/// What an OAuth error means and how sure that is; nothing for words that the table does not hold.
pub(crate) fn oauth(error: &OAuthError) -> Option<(OAuthMeaning, Certainty)> {
    let description = error.description.raw().to_lowercase();
    let line = OAUTH.iter().find(|line| {
        line.error.eq_ignore_ascii_case(error.error.raw().trim())
            && line.words.iter().all(|word| description.contains(word))
    })?;
    let is_seen = line.status.is_none_or(|status| status == error.status);
    let certainty = match line.certainty {
        Certainty::Certain if !is_seen => Certainty::Likely,
        certainty => certainty,
    };
    Some((line.meaning, certainty))
}

/// Whether an OAuth error means this.
pub(crate) fn means(error: &OAuthError, meaning: OAuthMeaning) -> bool {
    oauth(error).is_some_and(|(found, _)| found == meaning)
}

/// What a code of the API means for a token.
pub(crate) fn api(error: &ApiError) -> Option<ApiMeaning> {
    let code = error.code.raw().trim();
    API.iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(code))
        .map(|(_, meaning)| *meaning)
}

/// A call that the API refused.
pub(crate) struct RefusedCall<'a> {
    /// The fact that the call was for.
    pub(crate) key: &'a FactKey,
    /// Whose token was refused.
    pub(crate) reader: &'a ClientRef,
    /// What the API said.
    pub(crate) error: &'a ApiError,
}

/// The calls for this object that the API refused with this meaning.
pub(crate) fn refused_calls<'a>(case: &Case<'a>, meaning: ApiMeaning) -> Vec<RefusedCall<'a>> {
    let entries = case.facts().of_cloud(case.object.id);
    entries
        .filter_map(|entry| {
            let Recorded::Fact(fact) = &entry.outcome else {
                return None;
            };
            let (reader, error) = fact.refusal()?;
            (api(error) == Some(meaning)).then_some(RefusedCall {
                key: &entry.key,
                reader,
                error,
            })
        })
        .collect()
}

/// The verdict of a cause on a refusal: how sure it is, the cause in a sentence, who acts, and what to do.
pub(crate) type Verdict = (Certainty, String, Owner, String);

/// The diagnosis of the calls that were refused with this meaning. Only the rows of the clients that were refused so show it:
/// another client's failure is another matter.
pub(crate) fn diagnosed(
    case: &Case<'_>,
    all: &[Row],
    meaning: ApiMeaning,
    verdict: impl FnOnce(&RefusedCall<'_>) -> Verdict,
) -> Vec<Diagnosis> {
    let refused = refused_calls(case, meaning);
    let Some(first) = refused.first() else {
        return Vec::new();
    };
    let is_refused = |row: &&Row| match &row.subject {
        Subject::Client { client } => {
            let key = FactKey::token_info(client);
            refused.iter().any(|call| *call.key == key)
        }
        _ => false,
    };
    let shown = rows::failing(all, &ClientActive).into_iter();
    let known: Vec<&Row> = shown.filter(is_refused).collect();
    let is_told = !known.is_empty();
    let is_refused = |key: &FactKey| refused.iter().any(|call| call.key == key);
    let shown = members::on_facts(known, all, is_refused);
    let (certainty, sentence, owner, fix) = verdict(first);
    let mut diagnosis = members::diagnosis_of(shown, certainty, sentence, owner, fix);
    // The row of a client tells the call; where there is none nothing else does.
    if !is_told {
        let call = first.key.api_call().map_or("", |call| call.call);
        let id = first.error.correlation_id.as_ref();
        diagnosis = diagnosis
            .evidence("call", call)
            .evidence("read with", first.reader)
            .evidence(
                "correlation id",
                id.map_or(Outside::of("none"), Outside::view),
            );
    }
    vec![
        diagnosis
            .evidence("it said", first.error)
            .breaks(refused.iter().map(|call| call.key.clone())),
    ]
}

fn lines(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = table.lines();
    lines
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

fn oauth_line(fields: Vec<&'static str>) -> Option<OAuthLine> {
    let [status, error, words, meaning, certainty, _source] = fields.try_into().ok()?;
    let words = words.split_whitespace().filter(|word| *word != "*");
    Some(OAuthLine {
        status: status.parse().ok(),
        error,
        words: words.map(str::to_lowercase).collect(),
        meaning: match meaning {
            "grant-not-allowed" => OAuthMeaning::GrantNotAllowed,
            "unknown-client" => OAuthMeaning::UnknownClient,
            "wrong-secret" => OAuthMeaning::WrongSecret,
            _ => return None,
        },
        certainty: match certainty {
            "O" => Certainty::Certain,
            "R" => Certainty::Likely,
            _ => return None,
        },
    })
}

fn api_line(fields: Vec<&'static str>) -> Option<(&'static str, ApiMeaning)> {
    let [code, meaning, _source] = fields.try_into().ok()?;
    let meaning = match meaning {
        "address-not-allowed" => ApiMeaning::AddressNotAllowed,
        "foreign-token" => ApiMeaning::ForeignToken,
        "header-removed" => ApiMeaning::HeaderRemoved,
        "policy" => ApiMeaning::Policy,
        "scope-missing" => ApiMeaning::ScopeMissing,
        _ => return None,
    };
    Some((code, meaning))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiOutcome, TokenInfo};
    use hybridcheck_testkit::facts::{
        api as answer, api_error, client, token_info, token_info_key,
    };
    use hybridcheck_testkit::objects::{self, EWT_CLIENT};
    use hybridcheck_testkit::platform_api::PlatformApi;

    /// What the table says of the definition is what the definition says.
    #[test]
    fn codes_that_are_said_to_be_defined_are() {
        let definition = PlatformApi::load();
        let mut checked = 0;
        for line in lines(include_str!("../../data/api_errors.tsv")) {
            let [code, _, source] = line[..] else {
                panic!("{line:?}");
            };
            let stated = source.strip_prefix("Platform API definition, ");
            let Some(status) = stated.and_then(|rest| rest.get(..3)) else {
                continue;
            };
            let status: u16 = status.parse().expect("a status");
            checked += 1;
            for (name, call) in definition.calls() {
                // The excerpt has no errors of what is taken from the SDK.
                let is_defined = call.errors.contains(&(status, code));
                assert!(
                    is_defined || call.errors.is_empty(),
                    "{name}: {status} {code}"
                );
            }
        }
        assert!(checked > 0);
    }

    fn said(status: u16, error: &str, description: &str) -> OAuthError {
        OAuthError {
            status,
            error: error.into(),
            description: description.into(),
            genuine: true,
        }
    }

    #[test]
    fn every_line_of_both_tables_is_read() {
        let written = |table: &'static str| lines(table).count();
        assert_eq!(
            OAUTH.len(),
            written(include_str!("../../data/oauth_errors.tsv"))
        );
        assert_eq!(
            API.len(),
            written(include_str!("../../data/api_errors.tsv"))
        );
    }

    #[test]
    fn words_match_loosely_and_another_status_is_less_sure() {
        let known = oauth(&said(400, "invalid_client", "Client NOT found."));
        assert_eq!(
            known,
            Some((OAuthMeaning::UnknownClient, Certainty::Certain))
        );
        let moved = oauth(&said(401, "invalid_client", "client not found"));
        assert_eq!(
            moved,
            Some((OAuthMeaning::UnknownClient, Certainty::Likely))
        );
        let named = oauth(&said(403, "unauthorized_client", "anything"));
        assert_eq!(
            named,
            Some((OAuthMeaning::GrantNotAllowed, Certainty::Likely))
        );
    }

    #[test]
    fn what_the_table_does_not_hold_has_no_meaning() {
        assert_eq!(oauth(&said(401, "invalid_client", "go away")), None);
        assert_eq!(
            oauth(&said(400, "client not found", "invalid_client")),
            None
        );
    }

    #[test]
    fn another_clients_failure_is_no_part_of_the_refusal() {
        let object = objects::with(objects::healthy(), "pacing", "client_id", EWT_CLIENT);
        let object = objects::with(object, "pacing", "password", "placeholder-three");
        let denied = api_error(403, "authz.policy.denied", "Policy ID(s): [policy-1]");
        let denied = ApiOutcome::<TokenInfo>::Refused(denied);
        let mut disabled = token_info(&object, "pacing");
        if let Some(stated) = &mut disabled.client {
            stated.state = Some("disabled".into());
        }
        let disabled = ApiOutcome::Found(disabled);
        let bench = Bench::of(object)
            .fact(
                token_info_key("ewt"),
                answer(&client("ewt"), "GET …", denied),
            )
            .fact(
                token_info_key("pacing"),
                answer(&client("pacing"), "GET …", disabled),
            );
        let rows = bench.rows();
        let found = bench.with_case(|case| {
            diagnosed(case, &rows, ApiMeaning::Policy, |_| {
                (
                    Certainty::Certain,
                    String::new(),
                    Owner::CloudAdmin,
                    String::new(),
                )
            })
        });
        let subjects: Vec<&Subject> = found[0].roots.iter().map(|root| &root.subject).collect();
        assert_eq!(
            subjects,
            [&Subject::Client {
                client: client("ewt")
            }]
        );
    }
}
