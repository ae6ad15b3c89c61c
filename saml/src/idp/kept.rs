//! What the provider has and the object does not imply otherwise: it stays in the body, which takes the place of the whole.

use hybridcheck_core::facts::{CertificateInfo, IdentityProvider, Setting};
use hybridcheck_core::idp_fault::IdpFault;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::text::listed;
use hybridcheck_core::time::Timestamp;

use super::body::{Body, Certificates, Kept, NAME, OTHERS};
use super::expected::Expected;
use crate::Remark;

/// So many certificates a provider holds at most (documented).
const MOST: usize = 5;

/// The target as the provider has it, when the service would save it again.
pub fn target(now: &IdentityProvider) -> Option<Outside> {
    let target = now.sso_target_uri.as_ref()?;
    let is_usable = IdpFault::of_target(target.raw()).is_none() && is_as_sent(target);
    is_usable.then(|| target.clone())
}

/// Takes into a body what the provider has beside it, and says so.
pub fn keep(made: &mut Expected, now: &IdentityProvider, as_of: Timestamp) {
    let (Some(body), Some(own)) = (&mut made.body, &made.certificate) else {
        return;
    };
    let remarks = &mut made.remarks;
    name(body, now, remarks);
    for (member, theirs, ours) in [
        ("sloURI", &now.slo_uri, &mut body.slo_uri),
        (
            "relyingPartyIdentifier",
            &now.relying_party_identifier,
            &mut body.relying_party_identifier,
        ),
        (
            "nameIdentifierFormat",
            &now.name_identifier_format,
            &mut body.name_identifier_format,
        ),
    ] {
        let Some(theirs) = taken(member, theirs.as_ref(), remarks) else {
            continue;
        };
        remarks.push(Remark::note(
            member,
            format!(
                "kept as the provider has it now: `{}`; the object implies none",
                theirs.shown(200)
            ),
            "",
        ));
        *ours = Some(theirs.clone());
    }
    others(body, now, remarks);
    certificates(body, own, now, as_of, remarks);
}

/// Whether PUT keeps what it is not sent is not documented: so everything that the provider has set is sent again.
fn others(body: &mut Body, now: &IdentityProvider, remarks: &mut Vec<Remark>) {
    const ID: &str = OTHERS;
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for (member, setting) in &now.others {
        let value = match setting {
            Setting::Text(text) if text.is_empty() => continue,
            Setting::Text(text) if is_as_sent(text) => Kept::Text(text.clone()),
            Setting::Truth(truth) => Kept::Truth(*truth),
            Setting::Text(_) | Setting::TooLong(_) => {
                left_out.push(member);
                continue;
            }
        };
        kept.push(member);
        body.others.insert(member.clone(), value);
    }
    if !kept.is_empty() {
        let found = format!("kept as the provider has them now: {}", listed(kept));
        remarks.push(Remark::note(ID, found, ""));
    }
    if !left_out.is_empty() {
        remarks.push(Remark::gap(
            ID,
            format!(
                "too long or with invisible characters, so the body does not have them: {}",
                listed(left_out)
            ),
            "take them from the answer of GET /api/v2/identityproviders/pureengage",
        ));
    }
}

fn name(body: &mut Body, now: &IdentityProvider, remarks: &mut Vec<Remark>) {
    const ID: &str = "name";
    let Some(theirs) = taken(ID, now.name.as_ref(), remarks) else {
        return;
    };
    if *theirs != NAME {
        remarks.push(Remark::note(
            ID,
            format!(
                "kept as the provider has it now: `{}`; the provisioning article has `{NAME}`, and whether another does harm is not known",
                theirs.shown(200)
            ),
            "",
        ));
    }
    theirs.clone_into(&mut body.name);
}

/// A text of the provider that can be sent again as it is.
fn taken<'a>(
    member: &'static str,
    theirs: Option<&'a Outside>,
    remarks: &mut Vec<Remark>,
) -> Option<&'a Outside> {
    let theirs = theirs.filter(|text| !text.view().trim().is_empty())?;
    if is_as_sent(theirs) {
        return Some(theirs);
    }
    remarks.push(Remark::gap(
        member,
        "the provider's own is too long or holds invisible characters, so the body does not have it",
        "take it from the answer of GET /api/v2/identityproviders/pureengage",
    ));
    None
}

/// Facts hold what came from the network cut, and those that earlier versions saved hold it escaped: such a text is not what the
/// service has.
fn is_as_sent(text: &Outside) -> bool {
    !text.raw().contains("\\u{") && !text.raw().ends_with('…')
}

/// Beside the object's certificate the valid ones of the provider stay, so that nobody who signs with them is turned away.
fn certificates(
    body: &mut Body,
    own: &CertificateInfo,
    now: &IdentityProvider,
    as_of: Timestamp,
    remarks: &mut Vec<Remark>,
) {
    const ID: &str = "certificates";
    let Certificates::One(own_text) = &body.certificates else {
        return;
    };
    let is_own = |held: &CertificateInfo| held.sha256 == own.sha256;
    let held: Vec<(&CertificateInfo, &Outside)> =
        now.decoded.iter().zip(&now.certificates).collect();
    let others = held.iter().map(|(info, _)| *info);
    let (valid, invalid): (Vec<_>, Vec<_>) = others
        .filter(|info| !is_own(info))
        .partition(|info| IdpFault::of_dates(info, as_of).is_none());
    let mut by_age = valid.clone();
    by_age.sort_by_key(|info| std::cmp::Reverse(info.not_before));
    let without_room = by_age.split_off(by_age.len().min(MOST - 1));
    let stays = |info: &CertificateInfo| by_age.iter().any(|kept| kept.sha256 == info.sha256);
    let told = |some: &[&CertificateInfo]| {
        listed(some.iter().map(|info| {
            format!(
                "{} ({}, SHA-256 {})",
                info.subject.shown(80),
                state(info, as_of),
                info.sha256
            )
        }))
    };
    if !by_age.is_empty() {
        let kept: Vec<&CertificateInfo> = valid.into_iter().filter(|info| stays(info)).collect();
        remarks.push(Remark::note(
            ID,
            format!(
                "the body keeps what the provider holds beside it, so that what is signed with it is still accepted: {}",
                told(&kept)
            ),
            "when nothing signs with them any more, take them out of the provider",
        ));
    }
    let (early, over): (Vec<&CertificateInfo>, Vec<&CertificateInfo>) = invalid
        .into_iter()
        .partition(|info| info.not_before > as_of);
    for (some, fix) in [
        (
            over,
            "whatever still signs with it needs a new key and certificate",
        ),
        (
            early,
            "it is made ready for later: add it again on the day from which it is valid, before anything signs with it",
        ),
    ] {
        if some.is_empty() {
            continue;
        }
        remarks.push(Remark::warn(
            ID,
            format!(
                "the body leaves out what the service would refuse to save again: {}",
                told(&some)
            ),
            fix,
        ));
    }
    if !without_room.is_empty() {
        remarks.push(Remark::warn(
            ID,
            format!(
                "the body leaves out the oldest, since a provider holds at most {MOST} certificates: {}",
                told(&without_room)
            ),
            "make sure that nothing signs with it before you send the body, or leave out another one in its place",
        ));
    }
    if now.undecodable > 0 {
        remarks.push(Remark::warn(
            ID,
            format!(
                "the body leaves out {} of the provider's certificates, which cannot be decoded",
                now.undecodable
            ),
            "look at the provider in Genesys Cloud before you send the body",
        ));
    }
    if by_age.is_empty() {
        return;
    }
    let mut texts: Vec<String> = held
        .iter()
        .filter(|(info, _)| is_own(info) || stays(info))
        .map(|(_, text)| text.raw().to_owned())
        .collect();
    if !held.iter().any(|(info, _)| is_own(info)) {
        texts.insert(0, own_text.clone());
    }
    body.certificates = Certificates::Several(texts);
}

fn state(info: &CertificateInfo, as_of: Timestamp) -> String {
    match IdpFault::of_dates(info, as_of) {
        Some(IdpFault::CertificateNotYetValid) => {
            format!("not valid before {}", info.not_before.day())
        }
        Some(_) => format!("expired on {}", info.not_after.day()),
        None => format!("valid until {}", info.not_after.day()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use hybridcheck_core::finding::Status;
    use hybridcheck_testkit::facts::{certificate_info, now, pureengage_idp};
    use hybridcheck_testkit::objects::healthy;

    use crate::idp::expected::tests::made;

    fn other(sha256: &str, days: i64) -> CertificateInfo {
        let at = |day: i64| Timestamp::from_unix(now().unix() + day * 86_400);
        CertificateInfo {
            sha256: sha256.into(),
            not_before: at(days - 100),
            not_after: at(days),
            ..certificate_info()
        }
    }

    /// What is kept of a provider with these certificates, each of which is written as its fingerprint.
    fn holding(held: &[CertificateInfo], undecodable: usize) -> (Certificates, Vec<Status>) {
        let mut provider = pureengage_idp(&healthy());
        provider.decoded = held.to_vec();
        provider.certificates = held
            .iter()
            .map(|info| info.sha256.as_str().into())
            .collect();
        provider.undecodable = undecodable;
        let mut made = made();
        keep(&mut made, &provider, now());
        let about = made.remarks.iter();
        let about = about.filter(|remark| remark.id == "certificates");
        let statuses = about.map(|remark| remark.status).collect();
        (made.body.expect("a body").certificates, statuses)
    }

    fn several(texts: &[&str]) -> Certificates {
        Certificates::Several(texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn valid_certificates_of_the_provider_stay_in_a_renewal() {
        let own = certificate_info();
        let note = vec![Status::Note];
        assert_eq!(
            holding(&[other("aa", 9)], 0),
            (several(&["MII", "aa"]), note.clone())
        );
        assert_eq!(
            holding(&[other("aa", 9), own.clone()], 0),
            (several(&["aa", &own.sha256]), note)
        );
        let alone = Certificates::One("MII".into());
        assert_eq!(holding(&[own], 0), (alone.clone(), Vec::new()));
        assert_eq!(holding(&[], 0), (alone, Vec::new()));
    }

    #[test]
    fn what_cannot_stay_is_named() {
        let own = certificate_info();
        let alone = Certificates::One("MII".into());
        let warn = vec![Status::Warn];
        for held in [other("aa", -1), other("aa", 200)] {
            assert_eq!(
                holding(&[own.clone(), held], 0),
                (alone.clone(), warn.clone())
            );
        }
        assert_eq!(holding(&[own], 1), (alone, warn));
        let full: Vec<CertificateInfo> =
            [("aa", 20), ("bb", 9), ("cc", 30), ("dd", 40), ("ee", 50)]
                .map(|(sha256, days)| other(sha256, days))
                .to_vec();
        assert_eq!(
            holding(&full, 0),
            (
                several(&["MII", "aa", "cc", "dd", "ee"]),
                vec![Status::Note, Status::Warn]
            )
        );
    }

    #[test]
    fn members_of_the_administrators_choice_stay_as_they_are() {
        let mut provider = pureengage_idp(&healthy());
        provider.name = Some("Engage production".into());
        provider.slo_uri = Some("https://idp.acme.example/slo".into());
        provider.relying_party_identifier = Some("urn:acme".into());
        provider.name_identifier_format = Some(" ".into());
        provider.others = BTreeMap::from([
            ("displayOnLogin".into(), Setting::Truth(false)),
            ("providerName".into(), Setting::Text("".into())),
            ("ssoBinding".into(), Setting::Text("urn:post".into())),
            ("logoImageData".into(), Setting::TooLong(90_000)),
        ]);
        let mut made = made();
        keep(&mut made, &provider, now());
        let kept = made.body.expect("a body");
        assert_eq!(kept.name, "Engage production");
        assert_eq!(kept.slo_uri, Some("https://idp.acme.example/slo".into()));
        assert_eq!(kept.relying_party_identifier, Some("urn:acme".into()));
        assert_eq!(kept.name_identifier_format, None);
        let others = BTreeMap::from([
            ("displayOnLogin".into(), Kept::Truth(false)),
            ("ssoBinding".into(), Kept::Text("urn:post".into())),
        ]);
        assert_eq!(kept.others, others);
        let (gaps, notes): (Vec<&Remark>, Vec<&Remark>) = made
            .remarks
            .iter()
            .partition(|remark| remark.status == Status::Gap);
        assert!(notes.iter().all(|remark| remark.status == Status::Note));
        assert!(gaps[0].found.ends_with("logoImageData"), "{gaps:?}");
        assert_eq!(gaps.len(), 1);
    }

    #[test]
    fn a_text_that_was_changed_on_the_way_is_not_sent_again() {
        let escaped = Outside::of("Engage\u{200b}").to_string();
        let cut = Outside::kept("long", 2).raw().to_owned();
        for damaged in [escaped, cut] {
            let mut provider = pureengage_idp(&healthy());
            provider.name = Some(damaged.clone().into());
            provider.sso_target_uri = Some(format!("https://idp.acme.example/{damaged}").into());
            assert_eq!(target(&provider), None);
            let mut made = made();
            keep(&mut made, &provider, now());
            assert_eq!(made.body.expect("a body").name, NAME);
            assert!(made.remarks.iter().any(|r| r.status == Status::Gap));
        }
    }
}
