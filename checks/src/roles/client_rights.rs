//! What each service client may really do.

use hybridcheck_core::check::{Case, Check, Subject};
use hybridcheck_core::facts::{Answer, FactKey, Gap, Grants};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::page;
use hybridcheck_core::text::{listed, visible};

use crate::seen;

page! {
    /// The service's client has a role.
    ///
    /// The roles and permissions that its token really carries are shown as evidence. What a service needs is not documented, so
    /// nothing more is judged.
    ///
    /// ## Why it matters
    ///
    /// A client-credentials client has the rights of its roles, in the divisions given with them, and no others. Without a role every
    /// call is refused although the login works.
    ///
    /// ## How to fix
    ///
    /// Give the client a role under Admin > Integrations > OAuth, tab Roles, in the right divisions. It takes up to five minutes, and a
    /// token that was issued before keeps the old rights.
    ///
    /// ## What we rely on
    ///
    /// Documented: roles apply to client-credentials clients; `roleDivisions` and the grants of the caller (Platform API definition).
    /// Not documented: whether the grants can be read with a client's own token, so a refusal is no verdict; what Pacing calls.
    pub(crate) struct ClientRights;
}

impl Check for ClientRights {
    fn subjects(&self, object: &HybridObject) -> Vec<Subject> {
        seen::client_subjects(object)
    }

    fn needs(&self, subject: &Subject, _: &HybridObject) -> Vec<FactKey> {
        match seen::client(subject) {
            Ok(client) => vec![
                FactKey::Grants {
                    client: client.clone(),
                },
                seen::token_info_key(client),
            ],
            Err(_) => Vec::new(),
        }
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, subject: &Subject, case: &Case<'_>) -> Answer<Judgement> {
        let client = seen::client(subject)?;
        let info = seen::found(case.token_info(&seen::token_info_key(client))?)?;
        let stated = info
            .client
            .as_ref()
            .and_then(|stated| stated.role_divisions.as_ref());
        let key = FactKey::Grants {
            client: client.clone(),
        };
        let fact = case.grants(&key);
        let grants = fact.clone().and_then(seen::found);
        let judgement = match (&grants, stated.map(Vec::len)) {
            (Ok(held), _) if !held.grants.is_empty() => Judgement::pass(roles(held)),
            (Ok(_), None | Some(0)) | (Err(_), Some(0)) => Judgement::fail(
                "a role",
                "the client has no role",
                format!(
                    "Give the client of {subject} a role under Admin > Integrations > OAuth, tab Roles; it takes up to five minutes, and a new token."
                ),
                Owner::CloudAdmin,
            ),
            (Err(_), Some(number)) => Judgement::pass(format!("roles in {number} division(s)")),
            (Ok(_), Some(_)) => {
                return Err(Gap::NotAnswered {
                    what: "the token's info names roles, the grants name none".into(),
                });
            }
            (Err(gap), None) => return Err(gap.clone()),
        };
        let judgement = match &fact {
            Ok(fact) => seen::with_api(judgement, fact),
            Err(gap) => judgement.evidence("grants", format!("not read: {gap}")),
        };
        Ok(match &grants {
            Ok(held) => judgement.evidence("permissions", permissions(held)),
            Err(_) => judgement,
        })
    }
}

fn roles(held: &Grants) -> String {
    let each = held.grants.iter().map(|grant| {
        let name = grant
            .role
            .name
            .as_deref()
            .unwrap_or("a role without a name");
        let division = grant.division.name.as_deref().unwrap_or("not stated");
        format!(
            "`{}` (division {})",
            visible(name, 80),
            visible(division, 80)
        )
    });
    listed(each)
}

fn permissions(held: &Grants) -> String {
    let policies = held.grants.iter().flat_map(|grant| &grant.policies);
    let each: Vec<String> = policies
        .map(|policy| {
            let actions = policy.actions.join(",");
            format!("{}:{}:{actions}", policy.domain, policy.entity)
        })
        .collect();
    if each.is_empty() {
        "none".into()
    } else {
        visible(&each.join(" "), 600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact_testing::Bench;
    use hybridcheck_core::facts::ApiOutcome;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{
        api, api_error, client, grants_key, token_info, token_info_key,
    };

    fn bench(grants: ApiOutcome<Grants>, has_divisions: bool) -> Bench {
        let bench = Bench::healthy();
        let mut info = token_info(&bench.object, "ewt");
        if !has_divisions && let Some(stated) = &mut info.client {
            stated.role_divisions = Some(Vec::new());
        }
        let info = api(&client("ewt"), "GET …", ApiOutcome::Found(info));
        bench
            .fact(token_info_key("ewt"), info)
            .fact(grants_key("ewt"), api(&client("ewt"), "GET …", grants))
    }

    #[test]
    fn roles_and_permissions_are_shown() {
        let judgement = Bench::healthy()
            .judge_first(&ClientRights)
            .expect("a verdict");
        assert_eq!(judgement.status, Status::Pass);
        assert_eq!(judgement.found, "`Pacing` (division Home)");
        let shown = judgement
            .evidence
            .iter()
            .find(|piece| piece.label == "permissions");
        assert!(shown.is_some_and(|piece| piece.value == "journey:actiontarget:view"));
    }

    #[test]
    fn no_role_anywhere_fails() {
        let none = ApiOutcome::Found(Grants::default());
        assert_eq!(bench(none, false).status(&ClientRights), Status::Fail);
    }

    #[test]
    fn grants_that_cannot_be_read_are_no_verdict() {
        let refused = || ApiOutcome::Refused(api_error(403, "not.authorized", "no"));
        assert_eq!(bench(refused(), true).status(&ClientRights), Status::Pass);
        let contradiction = ApiOutcome::Found(Grants::default());
        assert_eq!(
            bench(contradiction, true).status(&ClientRights),
            Status::Gap
        );
    }
}
