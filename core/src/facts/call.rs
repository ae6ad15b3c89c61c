//! Which calls of the Platform API facts are read with, and what a client needs for them.

use crate::access::Mark;

/// A call of the Platform API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiCall {
    /// Method and path, as the API's definition writes them.
    pub call: &'static str,
    /// The permission that one of the caller's roles must hold; none for what everybody with a token may call.
    pub permission: Option<&'static str>,
    /// The scope that the client needs once the organisation enforces scopes; `:readonly` forms are enough for reading.
    pub scope: &'static str,
    /// How sure permission and scope are.
    pub certainty: Mark,
    /// Where they are said.
    pub source: &'static str,
}

/// A call as the API's own definition describes it.
pub(super) const fn documented(
    call: &'static str,
    permission: Option<&'static str>,
    scope: &'static str,
) -> ApiCall {
    ApiCall {
        call,
        permission,
        scope,
        certainty: Mark::Documented,
        source: "Platform API definition",
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::kinds::samples;
    use crate::facts::{Effect, FactKey};
    use crate::permission::Permission;

    /// The token endpoint asks for no permission.
    fn is_of_token_endpoint(key: &FactKey) -> bool {
        matches!(key.effect(), Effect::MayCreateUser | Effect::MintsToken)
    }

    #[test]
    fn what_stands_on_a_token_or_an_organisation_has_a_call() {
        for key in samples() {
            let Some(call) = key.api_call() else {
                assert!(
                    key.of_cloud().is_none() || is_of_token_endpoint(&key),
                    "{key} has no call"
                );
                continue;
            };
            assert!(
                key.of_cloud().is_some() && !is_of_token_endpoint(&key),
                "{key}"
            );
            assert!(call.call.contains(" /api/v2/"), "{key}");
            if let Some(name) = call.permission {
                Permission::parse(name).expect(name);
            }
        }
    }

    #[test]
    fn nothing_that_is_read_asks_for_a_right_to_write() {
        for key in samples() {
            let Some(call) = key.api_call() else { continue };
            let is_reading = call.call.starts_with("GET ");
            assert!(
                call.permission.is_none_or(|name| name.ends_with(":view")),
                "{}",
                call.call
            );
            assert_eq!(is_reading, key.effect() == Effect::Reads);
        }
    }
}
