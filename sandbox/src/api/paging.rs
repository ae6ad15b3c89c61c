//! Pages of a listing.

use super::{Json, Value, json};
use axum::http::Uri;

/// The largest page; what is asked beyond it is cut, as listings of the API do.
const LARGEST_PAGE: usize = 100;

/// One page of a listing, with the members of every `…EntityListing`.
pub(super) fn paged(uri: &Uri, all: Vec<Value>) -> Json<Value> {
    let number = |name, default| {
        let asked = query(uri, name).and_then(|text| text.parse::<usize>().ok());
        asked.unwrap_or(default).max(1)
    };
    let size = number("pageSize", 25).min(LARGEST_PAGE);
    let page = number("pageNumber", 1);
    let total = all.len();
    let count = total.div_ceil(size);
    let address = |page: usize| {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (key, value) in url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        {
            if key != "pageSize" && key != "pageNumber" {
                pairs.append_pair(&key, &value);
            }
        }
        pairs.append_pair("pageSize", &size.to_string());
        pairs.append_pair("pageNumber", &page.to_string());
        format!("{}?{}", uri.path(), pairs.finish())
    };
    let entities: Vec<Value> = all
        .into_iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .collect();
    let mut body = json!({
        "entities": entities,
        "pageSize": size,
        "pageNumber": page,
        "total": total,
        "pageCount": count,
        "firstUri": address(1),
        "selfUri": address(page),
        "lastUri": address(count.max(1)),
    });
    if page < count {
        body["nextUri"] = address(page.saturating_add(1)).into();
    }
    if page > 1 {
        body["previousUri"] = address(page - 1).into();
    }
    Json(body)
}

/// A parameter of the query.
pub(super) fn query(uri: &Uri, name: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
