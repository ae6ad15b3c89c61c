//! A message and what is said about it, as text for a person and as one JSON document.

use std::fmt::Write;

use hybridcheck_core::finding::Status;
use hybridcheck_core::run::Verdict;
use hybridcheck_core::time::Timestamp;
use serde::Serialize;

use super::message::{Covers, Moment, Raw, Signature, Verified};
use super::{Assertion, Layer, Message, Remark, times, verdict};

/// A message, explained.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// Grows when members change their meaning.
    pub schema: u32,
    /// What was read, as the user named it.
    pub source: String,
    /// The moment that times were held against.
    pub as_of: Timestamp,
    /// Ready: nothing is wrong. Not ready: something is. Incomplete: something could not be verified.
    pub verdict: Verdict,
    /// What the message says.
    pub message: Message,
    /// What is to be said about it.
    pub remarks: Vec<Remark>,
}

impl Explained {
    /// Puts a message and the remarks about it together.
    pub fn of(source: &str, as_of: Timestamp, message: Message, remarks: Vec<Remark>) -> Self {
        Self {
            schema: 1,
            source: source.to_owned(),
            as_of,
            verdict: verdict(&remarks),
            message,
            remarks,
        }
    }

    /// The whole as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let layers: Vec<&str> = self
            .message
            .form
            .iter()
            .copied()
            .map(Layer::label)
            .collect();
        row(&mut text, "form", &layers.join(", "));
        if let Some(response) = &self.message.response {
            let id = response.id.as_ref();
            row(
                &mut text,
                "message",
                &format!("samlp:Response {}", shown(id)),
            );
            let status: Vec<String> = response.status.iter().map(ToString::to_string).collect();
            row(&mut text, "status", &status.join(", "));
            optional(&mut text, "destination", response.destination.as_ref());
            optional(
                &mut text,
                "in response to",
                response.in_response_to.as_ref(),
            );
        } else {
            row(&mut text, "message", "saml:Assertion, alone");
        }
        if let Some(assertion) = &self.message.assertion {
            self.assertion(&mut text, assertion);
        }
        for signature in &self.message.signatures {
            describe(&mut text, signature);
        }
        let _ = writeln!(text, "\nJudged for {}:", self.as_of);
        for remark in &self.remarks {
            let _ = writeln!(text, "  {:<12} {}", mark(remark.status), remark.found);
            if !remark.fix.is_empty() {
                let _ = writeln!(text, "  {:<12} -> {}", "", remark.fix);
            }
        }
        let _ = writeln!(
            text,
            "\n{}",
            match self.verdict {
                Verdict::Ready => "Nothing is wrong with it as far as it can be seen here.",
                Verdict::NotReady => "It would be refused, or should be.",
                _ => "Nothing wrong was found, but not everything could be verified.",
            }
        );
        text
    }

    fn assertion(&self, text: &mut String, assertion: &Assertion) {
        row(text, "assertion", &shown(assertion.id.as_ref()));
        optional(text, "issuer", assertion.issuer.as_ref());
        if let Some(subject) = &assertion.subject {
            let format = assertion.subject_format.as_ref();
            let format = format.map_or_else(String::new, |format| {
                format!(
                    " ({})",
                    format.to_string().rsplit(':').next().unwrap_or_default()
                )
            });
            row(text, "subject", &format!("{subject}{format}"));
        }
        for (label, moment) in [
            ("issued", &assertion.issued),
            ("not before", &assertion.not_before),
            ("not on or after", &assertion.not_on_or_after),
            ("authenticated", &assertion.authenticated),
        ] {
            if let Some(moment) = moment {
                row(text, label, &self.moment(moment));
            }
        }
        for audience in &assertion.audiences {
            row(text, "audience", &audience.to_string());
        }
        for confirmation in &assertion.confirmations {
            let method = shown(confirmation.method.as_ref());
            let method = method.rsplit(':').next().unwrap_or_default().to_owned();
            let mut line = method;
            if let Some(recipient) = &confirmation.recipient {
                let _ = write!(line, ", recipient {recipient}");
            }
            if let Some(end) = &confirmation.not_on_or_after {
                let _ = write!(line, ", until {}", self.moment(end));
            }
            row(text, "confirmation", &line);
        }
        for attribute in &assertion.attributes {
            let values: Vec<String> = attribute.values.iter().map(ToString::to_string).collect();
            row(
                text,
                "attribute",
                &format!("{} = {}", attribute.name, values.join(" | ")),
            );
        }
    }

    fn moment(&self, moment: &Moment) -> String {
        let Some(at) = moment.at else {
            return format!("{} (no time in UTC)", moment.text);
        };
        let seconds = at.unix().saturating_sub(self.as_of.unix());
        let distance = times::length(seconds);
        if seconds < 0 {
            format!("{at} ({distance} ago)")
        } else {
            format!("{at} (in {distance})")
        }
    }
}

fn describe(text: &mut String, signature: &Signature) {
    let covers = match &signature.covers {
        Covers::Assertion => "the assertion above".into(),
        Covers::Response => "the whole response".into(),
        Covers::Other(element) => format!("another element: {element}"),
        Covers::Unknown(because) => format!("unknown: {because}"),
    };
    row(
        text,
        "signature",
        &format!("in {}, covers {covers}", signature.stands_in),
    );
    row(
        text,
        "  algorithm",
        &format!(
            "{} over {}; digest {}, signature {}",
            signature.algorithm,
            signature.digest_algorithm,
            outcome(&signature.digest),
            outcome(&signature.value)
        ),
    );
    for certificate in &signature.certificates {
        row(
            text,
            "  certificate",
            &format!(
                "{}, {}, SHA-256 {}, valid {} to {}",
                certificate.subject,
                certificate.key,
                certificate.sha256,
                certificate.not_before.day(),
                certificate.not_after.day()
            ),
        );
    }
}

fn row(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "{label:<16} {value}");
}

fn optional(text: &mut String, label: &str, value: Option<&Raw>) {
    if let Some(value) = value {
        row(text, label, &value.to_string());
    }
}

fn shown(value: Option<&Raw>) -> String {
    value.map_or_else(|| "without ID".into(), ToString::to_string)
}

fn outcome(verified: &Verified) -> &'static str {
    match verified {
        Verified::Broken => "DOES NOT HOLD",
        Verified::Holds => "holds",
        Verified::Not { .. } => "not verified",
    }
}

fn mark(status: Status) -> String {
    match status {
        Status::Fail | Status::Warn => status.label().to_uppercase(),
        status => status.label().to_owned(),
    }
}
