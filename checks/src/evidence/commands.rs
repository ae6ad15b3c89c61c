//! Commands with which a person sees the same by common tools.

use hybridcheck_core::check::{Case, Subject};
use hybridcheck_core::outside::Outside;

/// Where the API is, as the beginning of a URL.
pub(crate) fn api_base(case: &Case<'_>) -> String {
    let endpoint = case.object.api_endpoint();
    let host = endpoint.map(|endpoint| endpoint.to_string());
    format!("https://{}", host.unwrap_or_default())
}

/// A call of the API, with anybody's token that may make it.
pub(crate) fn api(case: &Case<'_>, path: &str) -> String {
    curl(case, "TOKEN", path)
}

/// A call of the API that says something only with a token of the client that is meant.
pub(crate) fn api_as_client(case: &Case<'_>, path: &str) -> String {
    curl(case, "TOKEN_OF_THIS_CLIENT", path)
}

fn curl(case: &Case<'_>, token: &str, path: &str) -> String {
    let url = format!("{}{path}", api_base(case));
    // A shell has a meaning of its own for what parts a query.
    let url = if path.contains('?') {
        format!("\"{url}\"")
    } else {
        url
    };
    format!("curl -s -H \"Authorization: Bearer ${token}\" {url}")
}

/// The role that an option of `[general]` names.
pub(crate) fn role(case: &Case<'_>, subject: &Subject) -> String {
    let name = match subject {
        Subject::Option { section, option } => case.object.plain(section.raw(), option.raw()),
        _ => None,
    };
    // A shell reads what stands between single quotes as it stands.
    let name = name.filter(|name| !name.raw().contains(['\'', '\n', '\r']));
    let name = name.unwrap_or(Outside::of("NAME")).shown(80);
    let call = api(case, "/api/v2/authorization/roles");
    format!("{call} -G -d userCount=true --data-urlencode 'name={name}'")
}
