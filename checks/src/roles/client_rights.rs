//! Which roles and permissions the client of a service has.

use hybridcheck_core::check::{Case, Judge};
use hybridcheck_core::facts::{
    Answer, ApiFact, ClientRef, FactKey, Gap, Grants, NamedEntity, OAuthClientInfo, RoleDivision,
    TokenInfo,
};
use hybridcheck_core::finding::{Judgement, Owner};
use hybridcheck_core::object::HybridObject;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::text::listed;

use crate::evidence::{rights, role_names, subjects};

page! {
    /// The client of the section has a role.
    ///
    /// Shows the roles that the client has, in which divisions, and what they allow: read with the client's own token, which needs no
    /// permission.
    ///
    /// ## Why it matters
    ///
    /// A client of grant type client credentials may do what its roles allow, and nothing without one. What the Agent Pacing Service
    /// calls is not documented, so no single permission is missed here: compare what is shown with what its team names.
    ///
    /// ## How to fix
    ///
    /// Give the client a role under Admin > Integrations > OAuth > the client > Roles, with the division it is meant for. A change takes
    /// up to five minutes to act, and a token that was issued before keeps the old rights.
    ///
    /// ## What we rely on
    ///
    /// Documented: roles apply to client credentials only, `roleDivisions` of a token's client, grants of the caller (Platform API
    /// definition). Not known: whether the grants can be read with such a token; when they cannot, that is no finding.
    pub(crate) struct ClientRights;
}

impl Judge for ClientRights {
    type Subject = ClientRef;

    fn needs(&self, client: &ClientRef, object: &HybridObject) -> Vec<FactKey> {
        vec![
            FactKey::token_info(client),
            rights::grants_key(client),
            FactKey::roles(object.id),
        ]
    }

    fn is_required(&self) -> bool {
        false
    }

    fn judge(&self, client: &ClientRef, case: &Case<'_>) -> Answer<Judgement> {
        let info = case.token_info(&FactKey::token_info(client))?;
        let grants = rights::grants(case, client);
        let holder = holder(info)?;
        let grant_type = holder.authorized_grant_type.as_ref();
        if let Some(other) = grant_type
            && !subjects::is_grant(other, "CLIENT-CREDENTIALS")
        {
            return Ok(Judgement::not_applicable(format!(
                "roles count for client credentials alone; this client is of grant type {}",
                other.shown(60)
            )));
        }
        let judgement = match (holder.role_divisions.as_deref(), &grants) {
            (_, Ok((_, grants))) if !grants.grants.is_empty() => of_grants(grants),
            (Some([]), grants) => without_role(grants),
            (Some(divisions), _) => of_divisions(case, divisions),
            (None, _) => {
                return Err(Gap::NotAnswered {
                    what: format!("{} does not state roleDivisions of the client", info.call),
                });
            }
        };
        let judgement = match grants {
            Ok((fact, _)) => subjects::with_api(judgement, fact),
            Err(gap) => subjects::with_api(judgement, info).evidence("grants not read", gap),
        };
        Ok(judgement)
    }
}

fn holder(info: &ApiFact<TokenInfo>) -> Answer<&OAuthClientInfo> {
    let found = subjects::found(info)?;
    found.client.as_ref().ok_or_else(|| Gap::NotAnswered {
        what: format!("{} does not state OAuthClient", info.call),
    })
}

fn without_role(grants: &Answer<(&ApiFact<Grants>, &Grants)>) -> Judgement {
    let found = if grants.is_ok() {
        "the client has no role, and no grant"
    } else {
        "the client has no role"
    };
    Judgement::fail(
        "at least one role",
        found,
        format!(
            "Give the client a role under Admin > Integrations > OAuth > the client > Roles, with the division it is meant for; which one its service \
             needs is what the service's own documentation says. {}",
            rights::DELAY
        ),
        Owner::CloudAdmin,
    )
}

fn of_grants(grants: &Grants) -> Judgement {
    let shown = |entity: &NamedEntity| {
        let text = entity.name.as_ref().or(entity.id.as_ref());
        let text = text.map_or(Outside::of("unnamed"), Outside::view);
        text.shown(80).to_string()
    };
    let mut roles: Vec<String> = grants
        .grants
        .iter()
        .map(|grant| {
            format!(
                "`{}` in division {}",
                shown(&grant.role),
                shown(&grant.division)
            )
        })
        .collect();
    roles.sort_unstable();
    roles.dedup();
    let mut judgement = Judgement::pass(told(&roles));
    for grant in grants.grants.iter().take(SHOWN) {
        let label = format!("`{}` allows", shown(&grant.role));
        judgement = judgement.evidence(&label, rights::allowed(&grant.policies));
    }
    judgement
}

/// What `tokens/me` says, with the names of the roles as far as they can be read.
fn of_divisions(case: &Case<'_>, divisions: &[RoleDivision]) -> Judgement {
    let known = role_names::listing(case).ok().map(|(_, roles)| roles);
    let role = |id: Option<&Outside>| {
        let mut all = known.iter().flat_map(|roles| &roles.entities);
        all.find(|role| id.is_some() && role.id.as_ref() == id)
    };
    let mut roles = Vec::new();
    let mut allowed = Vec::new();
    for division in divisions.iter().take(SHOWN) {
        let id = division.role_id.as_ref();
        let found = role(id);
        let name = found.and_then(|role| role.name.as_ref());
        let shown = match (name, id) {
            (Some(name), _) => format!("`{}`", name.shown(80)),
            (None, Some(id)) => format!("the role of id {}", id.shown(60)),
            (None, None) => "a role that is not named".to_owned(),
        };
        if let Some(policies) = found.and_then(|role| role.policies.as_ref()) {
            let label = format!("{shown} allows");
            allowed.push((label, rights::allowed(policies)));
        }
        if !roles.contains(&shown) {
            roles.push(shown);
        }
    }
    let allowed = allowed.into_iter();
    allowed.fold(
        Judgement::pass(told(&roles)),
        |judgement, (label, rights)| judgement.evidence(&label, rights),
    )
}

fn told(roles: &[String]) -> String {
    let mut shown: Vec<String> = roles.iter().take(SHOWN).cloned().collect();
    let more = roles.len().saturating_sub(SHOWN);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    format!("has {}", listed(shown))
}

/// So many roles of a client are shown.
const SHOWN: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{ApiError, ApiOutcome};
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts as canned;

    fn with_divisions(divisions: Option<Vec<RoleDivision>>) -> Bench {
        let bench = Bench::healthy();
        let mut info = canned::token_info(&bench.object, "ewt");
        info.client.as_mut().expect("a client").role_divisions = divisions;
        let found = ApiOutcome::Found(info);
        let fact = canned::api(&canned::client("ewt"), "GET /api/v2/tokens/me", found);
        bench.fact(canned::token_info_key("ewt"), fact)
    }

    fn with_grants(bench: Bench, outcome: ApiOutcome<Grants>) -> Bench {
        let call = "GET /api/v2/authorization/subjects/me";
        let fact = canned::api(&canned::client("ewt"), call, outcome);
        bench.fact(canned::grants_key("ewt"), fact)
    }

    fn refused() -> ApiOutcome<Grants> {
        let error: ApiError = canned::api_error(400, "bad.request", "not for clients");
        ApiOutcome::Refused(error)
    }

    fn value(judgement: &Judgement, label: &str) -> Option<String> {
        let mut all = judgement.evidence.iter();
        all.find(|piece| piece.label == label)
            .map(|piece| piece.value.clone())
    }

    #[test]
    fn the_grants_are_shown_with_their_divisions_and_permissions() {
        let bench = with_grants(Bench::healthy(), ApiOutcome::Found(canned::grants()));
        let judgement = bench.judge_first(&ClientRights).expect("a verdict");
        assert_eq!(judgement.found(), "has `Pacing` in division Home");
        assert_eq!(
            value(&judgement, "`Pacing` allows").as_deref(),
            Some("journey:actiontarget:view")
        );
    }

    #[test]
    fn refused_grants_are_no_finding_and_roles_are_named_by_the_listing() {
        let bench = with_grants(Bench::healthy(), refused());
        let judgement = bench.judge_first(&ClientRights).expect("a verdict");
        assert_eq!(judgement.status(), Status::Pass);
        assert_eq!(judgement.found(), "has the role of id role-pacing");
        assert!(value(&judgement, "grants not read").is_some());
        let named = RoleDivision {
            role_id: Some("role-AI Agent".into()),
            division_id: None,
        };
        let bench = with_grants(with_divisions(Some(vec![named])), refused());
        let judgement = bench.judge_first(&ClientRights).expect("a verdict");
        assert_eq!(judgement.found(), "has `AI Agent`");
    }

    #[test]
    fn no_role_fails_whether_the_grants_can_be_read_or_not() {
        for outcome in [refused(), ApiOutcome::Found(Grants::default())] {
            let bench = with_grants(with_divisions(Some(Vec::new())), outcome);
            assert_eq!(bench.status(&ClientRights), Status::Fail);
        }
    }

    #[test]
    fn grants_that_are_there_outweigh_an_empty_list_of_roles() {
        let found = ApiOutcome::Found(canned::grants());
        let bench = with_grants(with_divisions(Some(Vec::new())), found);
        assert_eq!(bench.status(&ClientRights), Status::Pass);
    }

    #[test]
    fn what_is_not_stated_is_no_finding() {
        let bench = with_grants(with_divisions(None), ApiOutcome::Found(Grants::default()));
        assert_eq!(bench.status(&ClientRights), Status::Gap);
    }

    #[test]
    fn roles_do_not_apply_to_another_grant_type() {
        let bench = Bench::healthy();
        let mut info = canned::token_info(&bench.object, "ewt");
        let client = info.client.as_mut().expect("a client");
        client.authorized_grant_type = Some("SAML2-BEARER".into());
        client.role_divisions = Some(Vec::new());
        let found = ApiOutcome::Found(info);
        let fact = canned::api(&canned::client("ewt"), "GET …", found);
        let bench = bench.fact(canned::token_info_key("ewt"), fact);
        assert_eq!(bench.status(&ClientRights), Status::NotApplicable);
    }
}
