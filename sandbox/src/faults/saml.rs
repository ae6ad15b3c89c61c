//! Logins with an assertion, healthy and refused.

use super::{Fault, fine, one};
use crate::cloud::{CLIENT_CREDENTIALS, SAML_CLIENT, USER};
use crate::material::Which;
use crate::setup::Setup;
use hybridcheck_saml::Encoding;

pub(super) const FAULTS: &[Fault] = &[
    fine("login", "A test user logs in with an assertion.", |s| {
        s.logs_in();
    }),
    fine(
        "login-bare-assertion",
        "The token endpoint takes nothing but base64url of the bare assertion.",
        |s| {
            s.logs_in();
            s.cloud.encodings = vec![Encoding::AssertionBase64url];
        },
    ),
    fine(
        "login-new-user",
        "The user is not known yet, and the provider provisions users.",
        |s| {
            s.arguments
                .extend(["--saml-user", "new.agent@acme.example"]);
        },
    ),
    one(
        "saml",
        "login-unknown-user",
        &["auto-provisioning-off", "saml-assertion-refused"],
        "The user is not known, and the provider provisions nobody.",
        |s| {
            s.arguments
                .extend(["--saml-user", "new.agent@acme.example"]);
            s.pureengage(|provider| provider.auto_provision = false);
        },
    ),
    one(
        "saml",
        "login-provider-disabled",
        &["idp-disabled"],
        "A login while the identity provider is disabled.",
        |s| {
            s.logs_in();
            s.pureengage(|provider| provider.disabled = true);
        },
    ),
    one(
        "saml",
        "login-other-certificate",
        &["idp-certificate-mismatch"],
        "A login while the identity provider holds another certificate.",
        |s| {
            s.logs_in();
            s.material.provider = Which::Second;
        },
    ),
    one(
        "saml",
        "login-issuer-differs",
        &["issuer-mismatch"],
        "A login while the provider's issuer begins with http.",
        |s| {
            s.logs_in();
            s.other_issuer();
        },
    ),
    one(
        "saml",
        "login-clock",
        &["clock-skew"],
        "A login while the clocks differ by ten minutes.",
        |s| {
            s.logs_in();
            s.login.skew = 600;
            s.api.skew = 600;
        },
    ),
    one(
        "saml",
        "login-clock-behind",
        &["clock-skew"],
        "A login while the service's clock is a minute behind.",
        |s| {
            s.logs_in();
            s.login.skew = -60;
            s.api.skew = -60;
        },
    ),
    one(
        "saml",
        "login-organisation-name",
        &["organization-mismatch"],
        "A login while organization_sname is another organisation's.",
        |s| {
            s.logs_in();
            s.sample
                .set("general", "organization_sname", "other-company");
        },
    ),
    one(
        "saml",
        "login-encoding-unknown",
        &["saml-assertion-refused"],
        "The token endpoint takes none of the encodings.",
        |s| {
            s.logs_in();
            s.cloud.encodings.clear();
        },
    ),
    one(
        "saml",
        "saml-client-wrong-secret",
        &["saml-client-refused"],
        "saml_auth/password is not the client's secret.",
        |s| {
            s.logs_in();
            s.sample.set(
                "saml_auth",
                "password",
                "0utdated-secret-of-the-saml-client-4711-abcdef",
            );
        },
    ),
    one(
        "saml",
        "saml-client-secret-with-blanks",
        &["secret-with-blanks"],
        "saml_auth/password is the client's secret with a blank behind it.",
        |s| {
            s.logs_in();
            s.secret_of_as("saml_auth", SAML_CLIENT, |secret| format!("{secret} "));
        },
    ),
    one(
        "saml",
        "login-unknown-user-and-blanks",
        &[
            "secret-with-blanks",
            "auto-provisioning-off",
            "saml-assertion-refused",
        ],
        "saml_auth/password has a blank behind it, and the user is not known where nobody is provisioned.",
        |s| {
            s.arguments
                .extend(["--saml-user", "new.agent@acme.example"]);
            s.pureengage(|provider| provider.auto_provision = false);
            s.secret_of_as("saml_auth", SAML_CLIENT, |secret| format!("{secret} "));
        },
    ),
    one(
        "saml",
        "saml-client-wrong-grant",
        &["saml-client-refused"],
        "The client of [saml_auth] was made for client credentials.",
        |s| {
            s.logs_in();
            if let Some(client) = s.cloud.client_mut(SAML_CLIENT) {
                client.grant = CLIENT_CREDENTIALS;
            }
        },
    ),
    one(
        "saml",
        "saml-client-disabled",
        &["saml-client-refused"],
        "The client of [saml_auth] is disabled.",
        |s| {
            s.logs_in();
            if let Some(client) = s.cloud.client_mut(SAML_CLIENT) {
                client.state = "disabled";
            }
        },
    ),
    one(
        "saml",
        "login-two-faults",
        &["issuer-mismatch", "saml-client-refused"],
        "Two independent faults: the issuer differs, and the secret of [saml_auth] is not its client's.",
        |s| {
            s.logs_in();
            s.other_issuer();
            s.sample.set(
                "saml_auth",
                "password",
                "0utdated-secret-of-the-saml-client-4711-abcdef",
            );
        },
    ),
    one(
        "saml",
        "saml-client-unknown",
        &["saml-client-refused"],
        "saml_auth/client_id names a client that does not exist.",
        |s| {
            s.logs_in();
            s.sample.set(
                "saml_auth",
                "client_id",
                "99999999-aaaa-4bbb-8ccc-999999999999",
            );
        },
    ),
];

impl Setup {
    /// The run logs in as the test user.
    fn logs_in(&mut self) {
        self.arguments.extend(["--saml-user", USER]);
    }
}
