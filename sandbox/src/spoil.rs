//! Answers that are genuine but for one thing: a member that is missing or of another type, pages without end, a length that is not true.

use std::convert::Infallible;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header;
use axum::response::Response;
use futures_util::stream;
use serde_json::Value;

/// Larger than any answer of the sandbox.
const LARGEST: usize = 16 * 1024 * 1024;

/// An answer that is spoilt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spoilt {
    /// The path of the call, without a query.
    pub(super) path: &'static str,
    pub(super) how: Spoil,
}

/// What is done to an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spoil {
    /// The body is this.
    Body(&'static str),
    /// It ends before the length that the headers state.
    Cut,
    /// The body never ends.
    Endless,
    /// A member, by its JSON pointer, is gone.
    Gone(&'static str),
    /// Every page says that another one follows, and every page is the same.
    SamePage,
    /// A member, by its JSON pointer, has this value, written as JSON.
    Set(&'static str, &'static str),
}

impl Spoil {
    /// The answer with the one thing wrong.
    pub(super) async fn apply(self, path: &str, answer: Response) -> Response {
        let (mut head, body) = answer.into_parts();
        head.headers.remove(header::CONTENT_LENGTH);
        let body = to_bytes(body, LARGEST).await.unwrap_or_default();
        let body = match self {
            Self::Body(text) => Body::from(text),
            Self::Cut => {
                head.headers
                    .insert(header::CONTENT_LENGTH, (body.len() + 100).into());
                Body::from_stream(stream::iter([Ok::<_, Infallible>(body)]))
            }
            Self::Endless => {
                let start = Bytes::from_static(b"{\"entities\":[{}");
                let filler = Bytes::from(",{}".repeat(20_000));
                let chunks = std::iter::once(start).chain(std::iter::repeat(filler));
                Body::from_stream(stream::iter(chunks.map(Ok::<_, Infallible>)))
            }
            Self::Gone(_) | Self::SamePage | Self::Set(..) => {
                let mut value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                self.change(path, &mut value);
                Body::from(value.to_string())
            }
        };
        Response::from_parts(head, body)
    }

    fn change(self, path: &str, value: &mut Value) {
        match self {
            Self::Gone(pointer) => {
                let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
                let parent = value.pointer_mut(parent).and_then(Value::as_object_mut);
                parent.and_then(|members| members.remove(name));
            }
            Self::SamePage => value["nextUri"] = path.into(),
            Self::Set(pointer, json) => {
                let new = serde_json::from_str(json).unwrap_or(Value::Null);
                match value.pointer_mut(pointer) {
                    Some(old) => *old = new,
                    None => value[pointer.trim_start_matches('/')] = new,
                }
            }
            Self::Body(_) | Self::Cut | Self::Endless => {}
        }
    }
}
