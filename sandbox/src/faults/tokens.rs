//! Refusals of the token endpoint and of the API.

use super::{Fault, fine, one};
use crate::cloud::{EWT_CLIENT, Rejects};
use crate::setup::Setup;

/// A secret that the client had before.
const OLD_SECRET: &str = "0utdated-secret-of-the-ewt-client-4711-abcdef";

pub(super) const FAULTS: &[Fault] = &[
    fine(
        "token-without-life",
        "The answer to a token request does not say how long the token lives.",
        |s| s.cloud.hides_expiry = true,
    ),
    fine(
        "rate-limit-passes",
        "The first call of the API is answered with 429 and Retry-After, the next ones are not.",
        |s| s.cloud.api_throttle = 1,
    ),
    fine("shared-client", "Two sections name the same client.", |s| {
        let secret = s
            .cloud
            .client(EWT_CLIENT)
            .map(|client| client.secret.clone());
        s.sample.set("pacing", "client_id", EWT_CLIENT);
        s.sample
            .set("pacing", "password", secret.unwrap_or_default());
    }),
    one(
        "oauth",
        "secret-trailing-blank",
        &["secret-with-blanks"],
        "ewt/password is the client's secret with a blank behind it.",
        |s| s.secret_as(|secret| format!("{secret} ")),
    ),
    one(
        "oauth",
        "secret-trailing-newline",
        &["secret-with-blanks"],
        "ewt/password is the client's secret with a line break behind it.",
        |s| s.secret_as(|secret| format!("{secret}\n")),
    ),
    one(
        "oauth",
        "id-secret-swapped",
        &["id-and-secret-swapped"],
        "Id and secret of [ewt] stand in each other's option.",
        |s| {
            let secret = s
                .cloud
                .client(EWT_CLIENT)
                .map(|client| client.secret.clone());
            s.sample.set("ewt", "client_id", secret.unwrap_or_default());
            s.sample.set("ewt", "password", EWT_CLIENT);
        },
    ),
    one(
        "oauth",
        "secret-rotated-during-run",
        &["object-changed"],
        "ewt/password is an old secret, and somebody enters the new one while the object is checked.",
        |s| {
            s.sample.set("ewt", "password", OLD_SECRET);
            s.rotation = Some(str::to_owned);
        },
    ),
    one(
        "oauth",
        "secret-rotation-unfinished",
        &["object-changed"],
        "ewt/password is changed while the object is checked, to a secret that the client does not have yet.",
        |s| {
            s.sample.set("ewt", "password", OLD_SECRET);
            s.rotation = Some(|_| "n3xt-secret-of-the-ewt-client-4712-ghijkl".into());
        },
    ),
    one(
        "oauth",
        "organisation-elsewhere",
        &["unknown-client"],
        "Both URLs are of one region, and the organisation lives in another.",
        |s| {
            for (option, url) in [
                ("base_auth_url", "https://login.mypurecloud.ie/oauth/token"),
                ("base_service_url", "https://api.mypurecloud.ie/api/"),
            ] {
                s.sample.set("general", option, url);
            }
        },
    ),
    one(
        "oauth",
        "request-not-understood",
        &["login-refused-otherwise"],
        "The token endpoint says that the request was not valid.",
        |s| s.cloud.oauth_error = Some((400, "invalid_request", "grant_type is required")),
    ),
    one(
        "oauth",
        "secret-quoted",
        &["secret-with-blanks"],
        "ewt/password is the client's secret between quotes.",
        |s| s.secret_as(|secret| format!("\"{secret}\"")),
    ),
    one(
        "oauth",
        "secret-no-break-space",
        &["secret-with-blanks"],
        "ewt/password is the client's secret with a no-break space before it.",
        |s| s.secret_as(|secret| format!("\u{a0}{secret}")),
    ),
    one(
        "oauth",
        "client-inactive",
        &["client-disabled"],
        "The client of [ewt] was deleted and will be gone on a day.",
        |s| {
            s.client(|client| {
                client.state = "inactive";
                client.ends = Some("2026-12-01T00:00:00.000Z");
            });
        },
    ),
    one(
        "oauth",
        "client-being-deleted",
        &["client-disabled"],
        "The client of [ewt] is active still, but to be deleted.",
        |s| s.client(|client| client.ends = Some("2026-12-01T00:00:00.000Z")),
    ),
    one(
        "oauth",
        "address-not-allowed",
        &["ip-not-authorized"],
        "The organisation accepts calls from listed addresses only.",
        |s| s.cloud.rejects = Some(Rejects::Address),
    ),
    one(
        "oauth",
        "token-foreign",
        &["token-refused-by-api"],
        "The API refuses every token as none of its own.",
        |s| s.cloud.rejects = Some(Rejects::Credentials),
    ),
    one(
        "oauth",
        "header-removed",
        &["authorization-header-removed"],
        "A gateway before the API removes the Authorization header.",
        |s| s.api.strips_authorization = true,
    ),
    one(
        "oauth",
        "scope-enforced",
        &["scope-not-authorized"],
        "The organisation enforces scopes, and the client has none.",
        |s| s.cloud.scopes_enforced = true,
    ),
    one(
        "oauth",
        "policy-denied",
        &["policy-denied"],
        "A security policy of the organisation denies every call.",
        |s| s.cloud.rejects = Some(Rejects::Policy),
    ),
    one(
        "oauth",
        "api-rate-limited",
        &["rate-limited"],
        "The API answers 429 every time.",
        |s| s.cloud.api_throttle = u32::MAX,
    ),
    one(
        "oauth",
        "unknown-words",
        &["login-refused-otherwise"],
        "The token endpoint refuses in words that are in no table.",
        |s| s.cloud.oauth_error = Some((403, "access_denied", "not from here")),
    ),
    one(
        "oauth",
        "grant-refused",
        &["wrong-grant-type"],
        "The token endpoint refuses the grant in RFC 6749's words, with another status.",
        |s| s.cloud.oauth_error = Some((401, "unauthorized_client", "Grant not allowed")),
    ),
    one(
        "oauth",
        "unknown-client-other-status",
        &["unknown-client"],
        "The words for an unknown client come with another status than usual.",
        |s| s.cloud.oauth_error = Some((401, "invalid_client", "Client Not Found.")),
    ),
];

impl Setup {
    /// Enters the secret of the client of [ewt] in a form of its own.
    fn secret_as(&mut self, form: impl FnOnce(&str) -> String) {
        self.secret_of_as("ewt", EWT_CLIENT, form);
    }

    /// The same for the client of a section.
    pub(super) fn secret_of_as(
        &mut self,
        section: &'static str,
        client: &str,
        form: impl FnOnce(&str) -> String,
    ) {
        if let Some(client) = self.cloud.client(client) {
            let entered = form(&client.secret);
            self.sample.set(section, "password", entered);
        }
    }
}
