//! A client was switched off or is about to be deleted.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ApiOutcome, FactKey, OAuthClientInfo};
use hybridcheck_core::finding::Owner;
use hybridcheck_core::names::ClientId;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::oauth::client;
use crate::evidence::{commands, rows};
use crate::oauth;

page! {
    /// The OAuth client is switched off, or about to be deleted.
    ///
    /// ## What it means
    ///
    /// The API states for the client's own token that the client is not active, or names the day on which it will be deleted.
    ///
    /// ## How to fix
    ///
    /// Enable or restore it under Admin > Integrations > OAuth. A deleted client can be restored for seven days.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/tokens/me` shows `OAuthClient.state` and `dateToDelete`.
    ///
    /// ## What we rely on
    ///
    /// Documented: the states of a client (Platform API definition) and the seven days (Genesys Cloud help).
    pub(crate) struct ClientDisabled;
}

impl Rule for ClientDisabled {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let flagged = rows::flagged(all, &oauth::ClientActive).into_iter();
        flagged.filter_map(|row| of_row(case, row)).collect()
    }
}

fn of_row(case: &Case<'_>, row: &Row) -> Option<Diagnosis> {
    let client = client(row)?;
    let fact = case.facts().token_info(&FactKey::token_info(client)).ok()?;
    let ApiOutcome::Found(info) = &fact.outcome else {
        return None;
    };
    let stated: &OAuthClientInfo = info.client.as_ref()?;
    let state = stated.state.as_ref()?;
    let id = || stated.id.as_ref().map(ClientId::view);
    let name = stated.name.as_ref().map(Outside::view).or_else(id);
    let name = name.unwrap_or(Outside::of("without a name"));
    let is_active = state.eq_ignore_ascii_case("active");
    let ending = stated.date_to_delete.as_ref().map(|date| date.shown(60));
    let deed = if is_active {
        "Take back the deletion of"
    } else {
        "Enable or restore"
    };
    let what = match (is_active, ending) {
        (false, Some(date)) => format!("is {} and will be deleted on {date}", state.shown(40)),
        (false, None) => format!("is {}", state.shown(40)),
        (true, Some(date)) => format!("will be deleted on {date}"),
        (true, None) => return None,
    };
    let name = name.shown(80);
    Some(
        Diagnosis::new(
row,
            Certainty::Certain,
            format!("the OAuth client `{name}` of {} {what}", row.subject),
            Owner::CloudAdmin,
            format!("{deed} the OAuth client `{name}` under Admin > Integrations > OAuth, or give {} another client.", row.subject),
        )
        .command(commands::api_as_client(case, "/api/v2/tokens/me")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::TokenInfo;
    use hybridcheck_testkit::facts::{
        api, api_error, client as client_of, token_info, token_info_key,
    };

    fn answered(outcome: ApiOutcome<TokenInfo>) -> Bench {
        Bench::healthy().fact(
            token_info_key("ewt"),
            api(&client_of("ewt"), "GET /api/v2/tokens/me", outcome),
        )
    }

    #[test]
    fn a_disabled_client_fires() {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        info.client.as_mut().expect("a client").state = Some("disabled".into());
        let bench = answered(ApiOutcome::Found(info));
        assert_eq!(
            bench.diagnose(&ClientDisabled)[0].sentence,
            "the OAuth client `PureEngage Client Credentials` of [ewt] is disabled"
        );
        assert_eq!(bench.causes(), ["client-disabled"]);
    }

    #[test]
    fn a_client_about_to_go_fires_with_its_day() {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        info.client.as_mut().expect("a client").date_to_delete = Some("2026-12-01".into());
        assert!(
            answered(ApiOutcome::Found(info)).diagnose(&ClientDisabled)[0]
                .sentence
                .ends_with("will be deleted on 2026-12-01")
        );
    }

    #[test]
    fn a_refused_token_of_an_active_client_is_something_else() {
        let error = api_error(401, "ip.not.authorized", "…");
        assert!(
            answered(ApiOutcome::Refused(error))
                .diagnose(&ClientDisabled)
                .is_empty()
        );
    }
}
