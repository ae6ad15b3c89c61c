//! A link: the verified connection of an endpoint, carrying requests over HTTP/2 or HTTP/1.1, opened again when the peer closes it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{HttpAnswer, HttpFact, HttpOutcome, Trust};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::header::HeaderValue;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::sync::Mutex;
use tokio_rustls::client::TlsStream;

use super::answer::{clock_reading, excerpt, kept_headers, reason};
use super::clock::Watch;
use super::pace::Pace;
use super::socket::Socket;
use super::trust::{Trusts, carries_secrets};

/// Bodies of unauthenticated answers and of the token endpoint are small; what is longer is cut off.
pub const BODY_CAP: usize = 256 * 1024;
/// How large the headers of an answer may be.
const HEADER_CAP: usize = 64 * 1024;

/// A request of ours.
#[derive(Debug)]
pub struct Ask {
    /// `GET` or `POST`.
    pub method: hyper::Method,
    /// Path and query.
    pub path: &'static str,
    /// The media types to ask for.
    pub accept: &'static str,
    /// Additional headers; credentials are marked sensitive by their maker.
    pub headers: Vec<(&'static str, HeaderValue)>,
    /// The body.
    pub body: Bytes,
}

/// An answer: the fact to keep, and the body for the one who asked.
#[derive(Debug)]
pub struct Exchange {
    /// What happened.
    pub fact: HttpFact,
    /// The body, up to [`BODY_CAP`].
    pub body: Bytes,
}

enum Sender {
    H1(http1::SendRequest<Full<Bytes>>),
    H2(http2::SendRequest<Full<Bytes>>),
}

/// The way to a link's peer, for when it has to be opened again.
#[derive(Clone, Debug)]
pub struct Way {
    /// The address and port connected to: the peer's own, or the proxy's.
    pub remote: SocketAddr,
    /// The proxy's part, when it leads through one.
    pub through: Option<Through>,
}

/// What a proxy asks for.
#[derive(Clone, Debug)]
pub struct Through {
    /// The login, when there is one.
    pub login: Option<Secret>,
}

/// Which chain a link that is opened again may have: none that is worth less than the one that the gate judged.
#[derive(Clone, Copy, Debug)]
pub struct Worth {
    /// Where the first chain ended.
    pub first: Option<Trust>,
    /// Whether secrets may pass TLS inspection.
    pub inspection_allowed: bool,
}

impl Worth {
    fn admits(self, again: Option<Trust>) -> bool {
        let carries = |trust| carries_secrets(trust, self.inspection_allowed);
        again.is_some_and(carries) || again == self.first
    }
}

/// The verified connection of an endpoint.
pub struct Link {
    endpoint: Endpoint,
    way: Way,
    worth: Worth,
    trusts: Arc<Trusts>,
    pace: Arc<Pace>,
    sender: Mutex<Option<Sender>>,
}

impl Link {
    /// Takes over a stream whose chain was verified.
    pub async fn over(
        endpoint: Endpoint,
        way: Way,
        worth: Worth,
        trusts: Arc<Trusts>,
        pace: Arc<Pace>,
        stream: TlsStream<Socket>,
    ) -> Self {
        let sender = Mutex::new(start(stream).await);
        Self {
            endpoint,
            way,
            worth,
            trusts,
            pace,
            sender,
        }
    }

    /// Sends a request in its turn and reads the answer, all within `phase` from then on.
    pub async fn ask(&self, ask: Ask, phase: Duration) -> Exchange {
        self.pace.turn().await;
        let watch = Watch::start();
        let request = format!("{} https://{}{}", ask.method, self.endpoint.host, ask.path);
        let asked = tokio::time::timeout(phase, self.exchange(ask, phase)).await;
        let (outcome, body) = match asked {
            Ok(Ok((head, body, truncated))) => (
                HttpOutcome::Answer(describe(&head, &body, truncated, &watch)),
                body,
            ),
            Ok(Err(outcome)) => (outcome, Bytes::new()),
            Err(_) => (
                HttpOutcome::TimedOut {
                    waited: watch.took(),
                },
                Bytes::new(),
            ),
        };
        let fact = HttpFact {
            request: request.into(),
            started: watch.started,
            took: watch.took(),
            outcome,
        };
        Exchange { fact, body }
    }

    async fn exchange(
        &self,
        ask: Ask,
        phase: Duration,
    ) -> Result<(hyper::http::response::Parts, Bytes, bool), HttpOutcome> {
        let mut guard = self.sender.lock().await;
        let sender = match guard.take().filter(is_open) {
            Some(sender) => Some(sender),
            None => self.reopen(phase).await,
        };
        match sender {
            None => Err(HttpOutcome::Closed),
            Some(Sender::H2(mut sender)) => {
                *guard = Some(Sender::H2(sender.clone()));
                drop(guard);
                let request = self.request(ask, true).ok_or_else(unbuilt)?;
                receive(sender.send_request(request).await).await
            }
            // HTTP/1.1 answers in turn: the lock is held until this answer is read. A connection whose answer was not read to its
            // end, also because the time was over, carries no other request.
            Some(Sender::H1(mut sender)) => {
                sender.ready().await.map_err(|error| broken(&error))?;
                let request = self.request(ask, false).ok_or_else(unbuilt)?;
                let answer = receive(sender.send_request(request).await).await;
                if matches!(answer, Ok((_, _, false))) {
                    *guard = Some(Sender::H1(sender));
                }
                answer
            }
        }
    }

    fn request(&self, ask: Ask, absolute: bool) -> Option<Request<Full<Bytes>>> {
        let authority = match self.endpoint.port {
            443 => self.endpoint.host.to_string(),
            _ => self.endpoint.to_string(),
        };
        let uri = if absolute {
            format!("https://{authority}{}", ask.path)
        } else {
            ask.path.to_owned()
        };
        let mut request = Request::builder()
            .method(ask.method)
            .uri(uri)
            .header("user-agent", super::USER_AGENT)
            .header("accept", ask.accept);
        if !absolute {
            request = request.header("host", authority);
        }
        for (name, value) in ask.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(ask.body)).ok()
    }

    /// The peer closed the connection after an answer; the next one is verified anew, and not used when its chain is worth less:
    /// what was judged fit to carry a secret is the first one.
    async fn reopen(&self, phase: Duration) -> Option<Sender> {
        let remote = self.way.remote;
        let stream = match &self.way.through {
            None => super::tcp::connect(remote, phase).await.1,
            Some(proxy) => {
                let login = proxy.login.as_ref();
                super::tunnel::connect(remote, &self.endpoint, login, phase)
                    .await
                    .1
            }
        };
        let (fact, stream) =
            super::tls::handshake(stream?, &self.endpoint.host, &self.trusts, phase).await;
        if !self.worth.admits(fact.trust) {
            return None;
        }
        start(stream?).await
    }
}

fn unbuilt() -> HttpOutcome {
    HttpOutcome::Protocol {
        error: "the request could not be built".into(),
    }
}

fn is_open(sender: &Sender) -> bool {
    match sender {
        Sender::H1(sender) => !sender.is_closed(),
        Sender::H2(sender) => !sender.is_closed(),
    }
}

async fn start(stream: TlsStream<Socket>) -> Option<Sender> {
    let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let io = TokioIo::new(stream);
    if is_h2 {
        let (sender, connection) = http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(u32::try_from(HEADER_CAP).unwrap_or(u32::MAX))
            .handshake(io)
            .await
            .ok()?;
        tokio::spawn(connection);
        Some(Sender::H2(sender))
    } else {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(HEADER_CAP)
            .handshake(io)
            .await
            .ok()?;
        tokio::spawn(connection);
        Some(Sender::H1(sender))
    }
}

async fn receive(
    answer: hyper::Result<Response<Incoming>>,
) -> Result<(hyper::http::response::Parts, Bytes, bool), HttpOutcome> {
    let (head, mut incoming) = answer.map_err(|error| broken(&error))?.into_parts();
    let mut body = BytesMut::new();
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| broken(&error))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        let room = BODY_CAP - body.len();
        body.extend_from_slice(data.get(..room).unwrap_or(data));
        if data.len() > room {
            return Ok((head, body.freeze(), true));
        }
    }
    Ok((head, body.freeze(), false))
}

fn broken(error: &hyper::Error) -> HttpOutcome {
    if error.is_closed() || error.is_incomplete_message() || error.is_canceled() {
        return HttpOutcome::Closed;
    }
    HttpOutcome::Protocol {
        error: Outside::kept(&error.to_string(), 200),
    }
}

fn describe(
    head: &hyper::http::response::Parts,
    body: &[u8],
    truncated: bool,
    watch: &Watch,
) -> HttpAnswer {
    HttpAnswer {
        status: head.status.as_u16(),
        reason: reason(&head.extensions),
        headers: kept_headers(&head.headers),
        excerpt: excerpt(&head.headers, body),
        truncated,
        clock: clock_reading(&head.headers, watch.started, watch.took()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opened_again_is_worth_no_less_than_the_one_that_was_judged() {
        let admits = |first, again, inspection_allowed| {
            let first = Some(first);
            Worth {
                first,
                inspection_allowed,
            }
            .admits(again)
        };
        assert!(admits(Trust::Amazon, Some(Trust::Amazon), false));
        assert!(admits(Trust::Amazon, Some(Trust::Public), false));
        assert!(!admits(Trust::Amazon, Some(Trust::HostStore), false));
        assert!(admits(Trust::Amazon, Some(Trust::HostStore), true));
        assert!(!admits(Trust::Amazon, Some(Trust::Nowhere), true));
        assert!(!admits(Trust::Amazon, None, true));
        // Nothing secret was let through the first one either.
        assert!(admits(Trust::HostStore, Some(Trust::HostStore), false));
    }
}
