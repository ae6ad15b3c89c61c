//! Words of the protocols: what an answer says by one of them is judged, and must not be lost to whoever chose it as a password.

/// Words that stand alone in a member of an answer and mean something there: RFC 6749 §5.2 and §7.1, RFC 7617, the Platform API's
/// definition (states, grant types, names of providers) and the error codes seen in its answers.
const WORDS: [&str; 29] = [
    "access_denied",
    "active",
    "app.not.authorized.for.scope",
    "authentication.required",
    "authz.policy.denied",
    "bad.credentials",
    "basic",
    "bearer",
    "cloudfront",
    "code",
    "deleted",
    "disabled",
    "inactive",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "ip.not.authorized",
    "missing.any.permissions",
    "not.authorized",
    "password",
    "pureengage",
    "service.unavailable",
    "token",
    "too.many.requests",
    "unauthorized_client",
    "unsupported_grant_type",
    "unsupported_response_type",
    "user",
];

/// Whether a whole text is such a word: then it is the protocol that speaks, not a peer that repeats a secret.
pub(super) fn is_word(text: &str) -> bool {
    let text = text.trim();
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The words themselves, for those who try them as passwords.
pub fn words() -> &'static [&'static str] {
    &WORDS
}
