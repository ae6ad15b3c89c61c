//! The times of a message against a moment, with the tolerance that Genesys documents.

use hybridcheck_core::time::Timestamp;

use super::message::{Assertion, Message, Moment};
use super::remark::SENDER;
use super::{Moments, Remark, SKEW_SECONDS};

/// Everything to say about a message's times.
pub(super) fn judge(
    message: &Message,
    assertion: &Assertion,
    moments: Moments,
    remarks: &mut Vec<Remark>,
) {
    let before = remarks.len();
    let bearer = assertion.confirmations.iter();
    let ends = bearer.filter_map(|confirmation| confirmation.not_on_or_after.as_ref());
    let begins = [
        ("NotBefore", assertion.not_before.as_ref()),
        ("IssueInstant", assertion.issued.as_ref()),
        (
            "IssueInstant of the response",
            message
                .response
                .as_ref()
                .and_then(|response| response.issued.as_ref()),
        ),
    ];
    for (what, begin) in begins.into_iter().filter_map(pair) {
        let Some(at) = understood(what, begin, remarks) else {
            continue;
        };
        let early = seconds_between(moments.as_of, at);
        if early > SKEW_SECONDS {
            remarks.push(Remark::fail(
                "clock",
                format!(
                    "{what} {at} lies {} in the future; Genesys Cloud tolerates {SKEW_SECONDS} s of difference between the clocks",
                    length(early)
                ),
                "set the clock of the host that made the message (NTP)",
            ));
        }
    }
    let ends = ends
        .map(|end| ("NotOnOrAfter of SubjectConfirmationData", Some(end)))
        .chain([("NotOnOrAfter", assertion.not_on_or_after.as_ref())]);
    let mut over: Option<(&str, Timestamp)> = None;
    for (what, end) in ends.filter_map(pair) {
        let Some(at) = understood(what, end, remarks) else {
            continue;
        };
        if seconds_between(at, moments.as_of) >= SKEW_SECONDS
            && over.is_none_or(|(_, known)| at < known)
        {
            over = Some((what, at));
        }
    }
    if let Some((what, at)) = over {
        let ago = length(seconds_between(at, moments.as_of));
        remarks.push(if moments.is_named {
            Remark::fail(
                "expired",
                format!("{what} {at} had passed for {ago} at {}; Genesys Cloud tolerates {SKEW_SECONDS} s", moments.as_of),
                "compare the clocks, and look at what delayed the message",
            )
        } else {
            Remark::note(
                "expired",
                format!("{what} {at} passed {ago} ago, as it does for every old capture"),
                match issued(message, assertion) {
                    Some(issued) => format!("judge it for the moment at which it was issued: --as-of {issued}"),
                    None => "judge it for the moment of the capture with --as-of".into(),
                },
            )
        });
    }
    window(assertion, remarks);
    if remarks.len() == before {
        remarks.push(Remark::pass(
            "times",
            format!(
                "every time fits {}, with {SKEW_SECONDS} s of tolerance",
                moments.as_of
            ),
        ));
    }
}

/// When the message was issued as a whole: the response may wrap an older assertion.
fn issued(message: &Message, assertion: &Assertion) -> Option<Timestamp> {
    let response = message.response.as_ref();
    let response = response.and_then(|response| response.issued.as_ref());
    let both = [assertion.issued.as_ref(), response];
    both.into_iter()
        .flatten()
        .filter_map(|moment| moment.at)
        .max()
}

fn pair<'a>((what, moment): (&'a str, Option<&'a Moment>)) -> Option<(&'a str, &'a Moment)> {
    Some((what, moment?))
}

fn understood(what: &str, moment: &Moment, remarks: &mut Vec<Remark>) -> Option<Timestamp> {
    if moment.at.is_none() {
        remarks.push(Remark::fail(
            "time-form",
            format!(
                "{what} is `{}`; SAML wants a time in UTC such as 2027-01-15T06:00:00Z",
                moment.text
            ),
            SENDER,
        ));
    }
    moment.at
}

/// Windows that nobody can hit, and the confirmation that bearer assertions must have.
fn window(assertion: &Assertion, remarks: &mut Vec<Remark>) {
    let at = |moment: &Option<Moment>| moment.as_ref().and_then(|moment| moment.at);
    let (begin, end) = (at(&assertion.not_before), at(&assertion.not_on_or_after));
    if let (Some(begin), Some(end)) = (begin, end)
        && begin >= end
    {
        remarks.push(Remark::fail(
            "window",
            format!("NotBefore {begin} is not before NotOnOrAfter {end}: it is never valid"),
            SENDER,
        ));
    }
    if begin.is_some() && begin == at(&assertion.issued) {
        remarks.push(Remark::note(
            "no-slack",
            format!("NotBefore is the moment of issue: a clock that is ahead by more than {SKEW_SECONDS} s makes every login fail"),
            "let the sender set NotBefore a minute back",
        ));
    }
}

/// Seconds from one moment to another; negative when the other lies before.
fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.unix().saturating_sub(from.unix())
}

/// A length of time in the two largest units.
pub(super) fn length(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} days {} h", seconds / 86_400, seconds % 86_400 / 3_600),
    }
}
