//! Object and clients speak of different organisations.

use hybridcheck_core::cause::{Certainty, Diagnosis, Rule};
use hybridcheck_core::check::Case;
use hybridcheck_core::facts::{ApiOutcome, ClientRef, FactKey, Organization};
use hybridcheck_core::finding::{Owner, Status};
use hybridcheck_core::names::{OrgId, OrgShortName};
use hybridcheck_core::object::is_guid;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::page;
use hybridcheck_core::row::Row;

use crate::evidence::members::Rows;
use crate::evidence::{commands, logins, rows};
use crate::{general, oauth, org};

page! {
    /// The object and its clients name different organisations.
    ///
    /// ## What it means
    ///
    /// `general/organization_id`, `general/organization_sname` and the OAuth clients must all be of one organisation. A test or trial
    /// organisation beside the real one is the usual reason; the long name in place of the short one, and short name and id in each
    /// other's option, are others.
    ///
    /// ## How to fix
    ///
    /// Decide which organisation is meant. Its id and short name stand under Admin > Account Settings > Organization Settings >
    /// Organization Details > Advanced; its clients under Admin > Integrations > OAuth.
    ///
    /// ## Show it without hybridcheck
    ///
    /// `curl -s -H "Authorization: Bearer $TOKEN" https://API-HOST/api/v2/organizations/me` shows `id`, `name` and `thirdPartyOrgName`.
    ///
    /// ## What we rely on
    ///
    /// Documented: a token belongs to one organisation, and the API states it (Platform API definition).
    pub(crate) struct OrganizationMismatch;
}

impl Rule for OrganizationMismatch {
    fn diagnose(&self, case: &Case<'_>, all: &[Row]) -> Vec<Diagnosis> {
        let ids = Rows::all(rows::flagged(all, &org::IdMatches));
        let clients = Rows::all(rows::failing(all, &oauth::ClientOrganization));
        let names = Rows::all(rows::failing(all, &org::ShortNameMatches));
        // A long name or an id in its place is also of the wrong form: one fault.
        let forms = rows::failing(all, &general::OrganizationSnameForm);
        let id_forms = Rows::all(rows::failing(all, &general::OrganizationIdGuid));
        let mut found = Vec::new();
        let swapped = id_forms.as_ref().and_then(|rows| swapped(case, rows));
        if let Some(diagnosis) = swapped {
            let diagnosis = diagnosis
                .shown_by(names.iter().flat_map(Rows::rows))
                .shown_by(forms)
                .shown_by(logins::refused_assertion(case, all));
            return vec![diagnosis.command(commands::api(case, "/api/v2/organizations/me"))];
        }
        found.extend(id_forms.and_then(|rows| no_id(case, &rows)));
        if let Some(ids) = ids {
            let row = ids.row();
            // With the tool's client alone nobody can say which of the two is the wrong one: then the row only warns.
            let certainty = if row.status() == Status::Warn {
                Certainty::Possible
            } else {
                Certainty::Certain
            };
            // Whether the short name is right is open as long as the organisation is; what it would have to be is known.
            let other = other_name(case);
            let name = other.map_or_else(String::new, |name| {
                format!(
                    " The short name of the organisation that answers is `{}`: general/organization_sname has to be that then.",
                    name.shown(100)
                )
            });
            let diagnosis = answering(
                case,
                ids.diagnosis(
                    certainty,
                    format!(
                        "general/organization_id is {}, but the organisation that answers is {}",
                        row.found(),
                        row.expected()
                    ),
                    Owner::EngageAdmin,
                    format!("{}{name}", row.fix()),
                ),
            );
            found.push(
                diagnosis
                    .shown_by(clients.iter().flat_map(Rows::rows))
                    .shown_by(other.and_then(|_| logins::refused_assertion(case, all)))
                    .breaks(other.and_then(|_| logins::refused_login(case, all)))
                    .breaks([FactKey::option(
                        case.object.id,
                        "general",
                        "organization_id",
                    )]),
            );
        } else if let Some(clients) = clients {
            let (row, sections) = (clients.row(), clients.subjects());
            found.push(clients.diagnosis(
                Certainty::Certain,
                format!(
                    "the client of {sections} belongs to another organisation: {}",
                    row.found()
                ),
                Owner::EngageAdmin,
                row.fix(),
            ));
        }
        if let Some(names) = names {
            let row = names.row();
            found.push(
                names.diagnosis(
                    Certainty::Certain,
                    format!("general/organization_sname is {}; the short name of the organisation is {}", row.found(), row.expected()),
                    Owner::EngageAdmin,
                    row.fix().to_owned(),
                )
                .shown_by(forms)
                .shown_by(logins::refused_assertion(case, all))
                .breaks(logins::refused_login(case, all)),
            );
        }
        let command = commands::api(case, "/api/v2/organizations/me");
        found
            .into_iter()
            .map(|diagnosis| diagnosis.command(command.clone()))
            .collect()
    }
}

/// The organisation that answers the object's clients or the tool's.
fn organization<'a>(case: &Case<'a>) -> Option<&'a Organization> {
    let key = FactKey::organization(case.object.id);
    let fact = case.facts().organization(&key).ok()?;
    match &fact.outcome {
        ApiOutcome::Found(organization) => Some(organization),
        _ => None,
    }
}

/// The short name of the organisation that answers, when the object has another one.
pub(crate) fn other_name<'a>(case: &Case<'a>) -> Option<&'a OrgShortName> {
    let name = organization(case)?.third_party_org_name.as_ref()?;
    (case.object.organization_sname().as_ref() != Some(name)).then_some(name)
}

/// Adds which organisation answered, and to whom.
fn answering(case: &Case<'_>, diagnosis: Diagnosis) -> Diagnosis {
    let key = FactKey::organization(case.object.id);
    let (Ok(fact), Some(organization)) = (case.facts().organization(&key), organization(case))
    else {
        return diagnosis;
    };
    let shown = |text: Option<Outside<&str>>| {
        let text = text.unwrap_or(Outside::of("not stated"));
        text.shown(100).to_string()
    };
    diagnosis
        .evidence("call", &fact.call)
        .evidence("read with", &fact.reader)
        .evidence(
            "the organisation that answers",
            format!(
                "id {}, short name `{}`, name `{}`",
                shown(organization.id.as_ref().map(OrgId::view)),
                shown(short_name(organization)),
                shown(organization.name.as_ref().map(Outside::view))
            ),
        )
}

/// Only the tool's own client says which organisation it is, not one of the object.
fn is_read_with_tool(case: &Case<'_>) -> bool {
    let key = FactKey::organization(case.object.id);
    let fact = case.facts().organization(&key);
    fact.is_ok_and(|fact| matches!(fact.reader, ClientRef::Tool { .. }))
}

fn short_name(organization: &Organization) -> Option<Outside<&str>> {
    let name = organization.third_party_org_name.as_ref();
    name.map(OrgShortName::view)
}

/// What both options must be, when the organisation says so.
fn correction(organization: &Organization) -> Option<(String, String)> {
    let id = organization.id.as_ref()?.shown(60);
    let name = organization.third_party_org_name.as_ref()?.shown(100);
    Some((id.to_string(), name.to_string()))
}

/// Short name and id stand in each other's option: one slip, and one correction.
fn swapped(case: &Case<'_>, id_forms: &Rows<'_>) -> Option<Diagnosis> {
    let name = case.object.plain("general", "organization_sname")?;
    let id = case.object.plain("general", "organization_id")?;
    if !is_guid(name.raw()) || is_guid(id.raw()) || id.is_empty() {
        return None;
    }
    let is = |theirs: Option<Outside<&str>>, ours: Outside<&str>| {
        theirs.is_some_and(|theirs| theirs.is_like(&ours))
    };
    let (shown_id, shown_name) = (id.shown(100), name.shown(60));
    let written = format!(
        "general/organization_id holds `{shown_id}`, general/organization_sname holds `{shown_name}`"
    );
    let known = organization(case).and_then(|organization| {
        let is_it = is(organization.id.as_ref().map(OrgId::view), name);
        Some((organization, is_it, correction(organization)?))
    });
    let (certainty, sentence, fix) = match known {
        Some((organization, true, (right_id, right_name))) => {
            let rest = if is(short_name(organization), id) {
                String::new()
            } else if is(organization.name.as_ref().map(Outside::view), id) {
                format!("; `{shown_id}` is the long name besides")
            } else {
                format!("; `{shown_id}` is no name of this organisation besides")
            };
            (
                Certainty::Certain,
                format!("short name and id of the organisation are swapped: {written}{rest}"),
                format!(
                    "Set general/organization_id to {right_id} and general/organization_sname to `{right_name}`."
                ),
            )
        }
        Some((_, false, (right_id, right_name))) => (
            Certainty::Likely,
            format!(
                "short name and id of the organisation are swapped: {written}; the organisation that answers is {right_id} (`{right_name}`)"
            ),
            format!(
                "If the organisation that answers is the one you mean, set general/organization_id to {right_id} and general/organization_sname to `{right_name}`; else exchange the two values and enter clients of organisation {shown_name}."
            ),
        ),
        None => (
            Certainty::Likely,
            format!("short name and id of the organisation are swapped: {written}"),
            format!(
                "Set general/organization_id to {shown_name} and general/organization_sname to `{shown_id}`."
            ),
        ),
    };
    let broken = ["organization_id", "organization_sname"]
        .map(|option| FactKey::option(case.object.id, "general", option));
    let diagnosis = id_forms.diagnosis(certainty, sentence, Owner::EngageAdmin, fix);
    Some(answering(case, diagnosis.breaks(broken)))
}

/// `organization_id` is no id at all, and the organisation says which it should be.
fn no_id(case: &Case<'_>, id_forms: &Rows<'_>) -> Option<Diagnosis> {
    let organization = organization(case)?;
    let (right_id, _) = correction(organization)?;
    let ours = case.object.plain("general", "organization_id")?;
    let is =
        |theirs: Option<Outside<&str>>| theirs.is_some_and(|theirs| theirs.trim().is_like(&ours));
    let mistake = if is(short_name(organization)) {
        ": that is the short name"
    } else if is(organization.name.as_ref().map(Outside::view)) {
        ": that is the long name"
    } else {
        ""
    };
    let certainty = if is_read_with_tool(case) {
        Certainty::Likely
    } else {
        Certainty::Certain
    };
    let diagnosis = id_forms.diagnosis(
        certainty,
        format!(
            "general/organization_id is {}{mistake}; the id of the organisation that answers is {right_id}",
            id_forms.row().found()
        ),
        Owner::EngageAdmin,
        format!(
            "Set general/organization_id to {right_id} if that is the organisation you mean; else enter its id and clients of it."
        ),
    );
    let key = FactKey::option(case.object.id, "general", "organization_id");
    Some(answering(case, diagnosis.breaks([key])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::bench::Bench;
    use hybridcheck_core::facts::{Facts, Gap, NamedEntity};
    use hybridcheck_testkit::facts::{LONG_NAME, api, client, token_info, token_info_key};
    use hybridcheck_testkit::objects::ORG_ID;

    const OTHER: &str = "99999999-1111-4222-8333-444444444444";

    #[test]
    fn a_wrong_id_is_one_cause() {
        let bench = Bench::healthy().option("general", "organization_id", OTHER);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
        assert!(
            bench.diagnose(&OrganizationMismatch)[0]
                .sentence
                .contains(OTHER)
        );
    }

    #[test]
    fn a_long_name_fires_and_is_named() {
        let bench = Bench::healthy().option("general", "organization_sname", LONG_NAME);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
        assert!(
            bench.diagnose(&OrganizationMismatch)[0]
                .sentence
                .contains("that is the long name")
        );
    }

    #[test]
    fn a_client_from_elsewhere_fires() {
        let mut info = token_info(&Bench::healthy().object, "ewt");
        info.organization = Some(NamedEntity {
            id: Some(OTHER.into()),
            name: None,
        });
        let fact = api(
            &client("ewt"),
            "GET /api/v2/tokens/me",
            ApiOutcome::Found(info),
        );
        let bench = Bench::healthy().fact(token_info_key("ewt"), fact);
        assert_eq!(bench.causes(), ["organization-mismatch"]);
    }

    fn exchanged(id: &str) -> Bench {
        Bench::healthy()
            .option("general", "organization_id", id)
            .option("general", "organization_sname", ORG_ID)
    }

    #[test]
    fn a_swap_is_one_cause_with_both_values_whether_asked_or_not() {
        let online = exchanged("acme-sample");
        assert_eq!(online.causes(), ["organization-mismatch"]);
        assert_eq!(online.unexplained(), Vec::<String>::new());
        let found = online.diagnose(&OrganizationMismatch);
        assert_eq!(found[0].certainty, Certainty::Certain);
        let fix = format!(
            "Set general/organization_id to {ORG_ID} and general/organization_sname to `acme-sample`."
        );
        assert_eq!(found[0].fix, fix);
        let offline = exchanged("acme-sample").spoil(|_| Facts::without(Gap::Offline));
        assert_eq!(offline.causes(), ["organization-mismatch"]);
        let found = offline.diagnose(&OrganizationMismatch);
        assert_eq!(
            (found[0].certainty, &found[0].fix),
            (Certainty::Likely, &fix)
        );
    }

    #[test]
    fn a_swap_with_the_long_name_corrects_that_too() {
        let found = exchanged(LONG_NAME).diagnose(&OrganizationMismatch);
        assert!(found[0].sentence.ends_with("is the long name besides"));
        assert!(found[0].fix.contains("organization_sname to `acme-sample`"));
    }

    #[test]
    fn two_ids_are_no_swap() {
        let bench = exchanged(ORG_ID);
        let found = bench.diagnose(&OrganizationMismatch);
        assert!(!found[0].sentence.contains("swapped"), "{found:?}");
    }

    #[test]
    fn an_id_that_is_none_is_corrected_from_the_answer() {
        let bench = Bench::healthy().option("general", "organization_id", "acme-sample");
        assert_eq!(bench.causes(), ["organization-mismatch"]);
        assert_eq!(bench.unexplained(), Vec::<String>::new());
        let found = bench.diagnose(&OrganizationMismatch);
        assert!(found[0].sentence.contains("that is the short name"));
        assert!(found[0].fix.contains(ORG_ID));
    }

    #[test]
    fn another_case_only_warns_and_is_no_mismatch() {
        let bench = Bench::healthy().option("general", "organization_sname", "ACME-sample");
        assert!(bench.diagnose(&OrganizationMismatch).is_empty());
    }
}
