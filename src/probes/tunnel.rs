//! CONNECT: a tunnel through an HTTP proxy (RFC 9110 section 9.3.6), asked for by name, so that the proxy resolves it.

use std::net::SocketAddr;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use hybridcheck_core::endpoint::Endpoint;
use hybridcheck_core::facts::{Attempt, HttpAnswer, TcpOutcome, TunnelFact, TunnelOutcome};
use hybridcheck_core::outside::Outside;
use hybridcheck_core::secret::Secret;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::answer::{clock_reading, kept_headers};
use super::clock::Watch;
use super::socket::Socket;

/// How large the head of an answer may be.
const HEAD_CAP: usize = 64 * 1024;
/// How much of a refusal's body is read.
const BODY_CAP: usize = 4 * 1024;
/// How much of an answer a fact keeps.
const EXCERPT: usize = 500;
/// How long a body may stay silent before it counts as ended.
const BODY_PATIENCE: Duration = Duration::from_millis(500);
/// The usual reason phrases say nothing beyond the status.
const USUAL_REASONS: [&str; 8] = [
    "",
    "Bad Gateway",
    "Bad Request",
    "Forbidden",
    "Gateway Timeout",
    "Not Found",
    "Proxy Authentication Required",
    "Service Unavailable",
];

/// The head of an answer.
struct Head {
    status: u16,
    reason: Outside,
    headers: HeaderMap,
    truncated: bool,
}

enum Failed {
    Closed,
    NotHttp(Vec<u8>),
}

/// Asks the proxy behind a connected socket for a tunnel, all within `phase`; the stream comes back at the tunnel's first byte.
pub async fn open(
    mut stream: Socket,
    to: &Endpoint,
    login: Option<&Secret>,
    phase: Duration,
) -> (TunnelFact, Option<Socket>) {
    let watch = Watch::start();
    let local = stream.local_addr().ok();
    let asked = tokio::time::timeout(phase, ask(&mut stream, to, login)).await;
    let outcome = match asked {
        Ok(Ok(head)) if (200..300).contains(&head.status) && !head.truncated => TunnelOutcome::Open,
        Ok(Ok(head)) => {
            let patience = phase.saturating_sub(watch.took().0);
            let body = body(&mut stream, &head.headers, patience).await;
            refused(&head, &body, &watch)
        }
        Ok(Err(Failed::Closed)) => TunnelOutcome::Closed,
        Ok(Err(Failed::NotHttp(bytes))) => TunnelOutcome::NotHttp {
            excerpt: excerpt(&bytes),
        },
        Err(_) => TunnelOutcome::TimedOut {
            waited: watch.took(),
        },
    };
    let is_open = outcome == TunnelOutcome::Open;
    let fact = TunnelFact {
        asked: to.to_string().into(),
        login_sent: login.is_some(),
        attempts: vec![Attempt {
            started: watch.started,
            took: watch.took(),
            local,
            outcome: outcome.ending(),
        }],
        outcome,
    };
    (fact, Some(stream).filter(|_| is_open))
}

/// Connects to the proxy first: every tunnel has a connection of its own.
pub async fn connect(
    proxy: SocketAddr,
    to: &Endpoint,
    login: Option<&Secret>,
    phase: Duration,
) -> (TunnelFact, Option<Socket>) {
    let (tcp, stream) = super::tcp::connect(proxy, phase).await;
    if let Some(stream) = stream {
        return open(stream, to, login, phase).await;
    }
    // It accepted the connection that was measured and refuses this one.
    let outcome = match tcp.outcome {
        TcpOutcome::TimedOut { waited } => TunnelOutcome::TimedOut { waited },
        _ => TunnelOutcome::Closed,
    };
    let fact = TunnelFact {
        asked: to.to_string().into(),
        outcome,
        login_sent: false,
        attempts: tcp.attempts,
    };
    (fact, None)
}

/// The value of `Proxy-Authorization` for a login (Basic, RFC 7617).
pub fn authorization(login: &Secret) -> HeaderValue {
    #[expect(
        clippy::disallowed_methods,
        reason = "the login goes to the proxy that it was given for, as every client of that proxy sends it"
    )]
    let text = format!("Basic {}", Base64::encode_string(login.expose().as_bytes()));
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

async fn ask(stream: &mut Socket, to: &Endpoint, login: Option<&Secret>) -> Result<Head, Failed> {
    let mut request = format!(
        "CONNECT {to} HTTP/1.1\r\nHost: {to}\r\nUser-Agent: {}\r\nProxy-Connection: Keep-Alive\r\n",
        super::USER_AGENT
    )
    .into_bytes();
    if let Some(login) = login {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization(login).as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let sent = stream.write_all(&request).await;
    sent.map_err(|_| Failed::Closed)?;
    let mut room = HEAD_CAP;
    loop {
        let bytes = head(stream, room).await?;
        room = room.saturating_sub(bytes.len());
        match parsed(&bytes) {
            None => return Err(Failed::NotHttp(bytes)),
            // A head that never ends is no tunnel, whatever its first line says.
            Some(head) if head.truncated && (200..300).contains(&head.status) => {
                return Err(Failed::NotHttp(bytes));
            }
            Some(head) if (100..200).contains(&head.status) && room > 0 => {}
            Some(head) => return Ok(head),
        }
    }
}

/// Reads exactly one head: what follows it belongs to the tunnel and stays in the socket.
async fn head(stream: &mut Socket, cap: usize) -> Result<Vec<u8>, Failed> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    loop {
        let seen = stream.peek(&mut buffer).await.map_err(|_| Failed::Closed)?;
        if seen == 0 {
            return if head.is_empty() {
                Err(Failed::Closed)
            } else {
                Err(Failed::NotHttp(head))
            };
        }
        let before = head.len();
        head.extend(buffer.iter().take(seen.min(cap - before)));
        let end = end_of_head(&head, before);
        if let Some(end) = end {
            head.truncate(end);
        }
        let taken = head.len() - before;
        let seen = buffer.get_mut(..taken).unwrap_or_default();
        let read = stream.read_exact(seen).await;
        read.map_err(|_| Failed::Closed)?;
        if end.is_some() || head.len() >= cap || !is_http_so_far(&head) {
            return Ok(head);
        }
    }
}

/// Where the empty line ends, looking only at what is new; some proxies end lines with a bare line feed.
fn end_of_head(head: &[u8], from: usize) -> Option<usize> {
    let from = from.saturating_sub(3);
    let new = head.get(from..)?;
    let crlf = new.windows(4).position(|end| end == b"\r\n\r\n");
    let bare = new.windows(2).position(|end| end == b"\n\n");
    let ends = [crlf.map(|at| from + at + 4), bare.map(|at| from + at + 2)];
    ends.into_iter().flatten().min()
}

fn is_http_so_far(head: &[u8]) -> bool {
    let expected = b"HTTP/1.";
    head.iter()
        .zip(expected)
        .all(|(found, wanted)| found == wanted)
}

/// What a whole answer of a proxy says, its head and the beginning of its body.
pub(super) fn answered(bytes: &[u8]) -> Option<TunnelOutcome> {
    let end = end_of_head(bytes, 0).unwrap_or(bytes.len());
    let (head, body) = bytes.split_at_checked(end)?;
    Some(refused(&parsed(head)?, body, &Watch::start()))
}

fn parsed(bytes: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(bytes);
    let truncated = end_of_head(bytes, bytes.len().saturating_sub(4)).is_none();
    let mut lines = text.lines();
    let mut words = lines.next()?.splitn(3, ' ');
    let version = words.next()?.strip_prefix("HTTP/1.")?;
    let digits = words.next()?.trim();
    if version.len() != 1 || digits.len() != 3 {
        return None;
    }
    let status = digits.parse().ok().filter(|status| *status >= 100)?;
    let reason = words.next().unwrap_or_default().trim();
    let mut headers = HeaderMap::new();
    for line in lines.take(400) {
        if let Some((name, value)) = line.split_once(':')
            && let Ok(name) = HeaderName::from_bytes(name.trim().as_bytes())
            && let Ok(value) = HeaderValue::from_str(value.trim())
        {
            headers.append(name, value);
        }
    }
    Some(Head {
        status,
        reason: Outside::kept(reason, 80),
        headers,
        truncated,
    })
}

/// The beginning of a refusal's body, as far as it comes soon.
async fn body(stream: &mut Socket, headers: &HeaderMap, patience: Duration) -> Vec<u8> {
    let length = headers
        .get("content-length")
        .and_then(|value| value.to_str().ok()?.trim().parse::<usize>().ok());
    let cap = length.unwrap_or(BODY_CAP).min(BODY_CAP);
    let mut body = Vec::new();
    let reading = async {
        let mut buffer = [0; 1024];
        while body.len() < cap {
            let read = tokio::time::timeout(BODY_PATIENCE, stream.read(&mut buffer)).await;
            let Ok(Ok(count @ 1..)) = read else {
                return;
            };
            body.extend(buffer.iter().take(count.min(cap - body.len())));
        }
    };
    let _ = tokio::time::timeout(patience.min(BODY_PATIENCE * 2), reading).await;
    body
}

fn refused(head: &Head, body: &[u8], watch: &Watch) -> TunnelOutcome {
    let is_usual = USUAL_REASONS.contains(&head.reason.raw());
    TunnelOutcome::Refused {
        answer: HttpAnswer {
            status: head.status,
            reason: (!is_usual).then(|| head.reason.clone()),
            headers: kept_headers(&head.headers),
            excerpt: excerpt(body),
            truncated: head.truncated || body.len() >= BODY_CAP,
            clock: clock_reading(&head.headers, watch.started, watch.took()),
        },
    }
}

fn excerpt(bytes: &[u8]) -> Outside {
    let bytes = bytes.get(..EXCERPT).unwrap_or(bytes);
    Outside::escaped(&String::from_utf8_lossy(bytes), EXCERPT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hybridcheck_core::endpoint::Host;
    use hybridcheck_core::facts::Ending;
    use tokio::net::{TcpListener, TcpStream};

    fn target() -> Endpoint {
        Endpoint {
            host: Host::of("login.mypurecloud.de"),
            port: 443,
        }
    }

    /// A proxy that hears one request, says what `answer` does, and gives back what it heard.
    async fn asked<W>(
        login: Option<&Secret>,
        phase: Duration,
        answer: impl FnOnce(TcpStream) -> W + Send + 'static,
    ) -> (TunnelFact, Option<Socket>, String)
    where
        W: Future<Output = ()> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let proxy = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut heard = Vec::new();
            while end_of_head(&heard, 0).is_none() {
                let mut buffer = [0; 1024];
                let count = stream.read(&mut buffer).await.expect("a request");
                heard.extend_from_slice(&buffer[..count]);
            }
            // The answer may never end: the client's deadline decides.
            let _ = tokio::time::timeout(Duration::from_secs(5), answer(stream)).await;
            String::from_utf8_lossy(&heard).into_owned()
        });
        let (fact, stream) = connect(address, &target(), login, phase).await;
        let heard = match stream {
            Some(stream) => return (fact, Some(stream), proxy.await.expect("the proxy")),
            None => proxy.await.expect("the proxy"),
        };
        (fact, None, heard)
    }

    const PHASE: Duration = Duration::from_millis(1500);

    fn answer_of(fact: &TunnelFact) -> &HttpAnswer {
        match &fact.outcome {
            TunnelOutcome::Refused { answer } => answer,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_tunnel_is_asked_for_by_name_and_begins_right_behind_the_head() {
        let login = Secret::new("user:p4ss-canary");
        let (fact, stream, heard) = asked(Some(&login), PHASE, async |mut stream| {
            let bytes = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 p\r\n\r\nfirst byte of the tunnel";
            stream.write_all(bytes).await.expect("written");
        })
        .await;
        assert_eq!(fact.outcome, TunnelOutcome::Open);
        assert!(heard.starts_with(
            "CONNECT login.mypurecloud.de:443 HTTP/1.1\r\nHost: login.mypurecloud.de:443\r\n"
        ));
        assert!(heard.contains("Proxy-Authorization: Basic dXNlcjpwNHNzLWNhbmFyeQ==\r\n"));
        assert!(fact.login_sent && !format!("{fact:?}").contains("canary"));
        let mut tunnel = String::new();
        let mut stream = stream.expect("a tunnel");
        stream.read_to_string(&mut tunnel).await.expect("text");
        assert_eq!(tunnel, "first byte of the tunnel");
    }

    #[tokio::test]
    async fn a_refusal_keeps_status_reason_schemes_and_the_beginning_of_its_page() {
        let (fact, stream, heard) = asked(None, PHASE, async |mut stream| {
            let head = "HTTP/1.1 407 Authentication Needed\r\nServer: squid/6\r\nProxy-Authenticate: Negotiate\r\n\
                 Proxy-Authenticate: Basic realm=\"x\"\r\nX-Squid-Error: ERR_CACHE_ACCESS_DENIED 0\r\nContent-Length: 5\r\n\r\npage!more";
            stream.write_all(head.as_bytes()).await.expect("written");
        })
        .await;
        assert!(stream.is_none() && !heard.contains("Proxy-Authorization"));
        let answer = answer_of(&fact);
        assert_eq!(answer.status, 407);
        assert_eq!(answer.reason, Some("Authentication Needed".into()));
        let schemes = answer
            .headers
            .iter()
            .filter(|(name, _)| name == "proxy-authenticate");
        assert_eq!(schemes.count(), 2);
        assert_eq!(
            answer.header("x-squid-error"),
            Some(Outside::of("ERR_CACHE_ACCESS_DENIED 0"))
        );
        assert_eq!(answer.excerpt, "page!");
    }

    #[tokio::test]
    async fn a_body_of_gigabytes_is_cut_off() {
        let (fact, _, _) = asked(None, PHASE, async |mut stream| {
            let _ = stream
                .write_all(b"HTTP/1.0 403 Forbidden\r\nContent-Length: 9999999999\r\n\r\n")
                .await;
            while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
        })
        .await;
        let answer = answer_of(&fact);
        assert_eq!((answer.status, answer.excerpt.raw().len()), (403, EXCERPT));
        assert!(answer.truncated && answer.reason.is_none());
    }

    #[tokio::test]
    async fn endless_headers_end_at_the_cap() {
        for (first, is_http) in [("HTTP/1.1 503 x\r\n", true), ("HTTP/1.1 200 OK\r\n", false)] {
            let (fact, stream, _) = asked(None, PHASE, async move |mut stream| {
                let _ = stream.write_all(first.as_bytes()).await;
                while stream
                    .write_all(b"X-Endless: eeeeeeeeeeeeeeeeeeeeeeee\r\n")
                    .await
                    .is_ok()
                {}
            })
            .await;
            assert!(stream.is_none());
            if is_http {
                assert!(answer_of(&fact).truncated);
            } else {
                assert_eq!(fact.outcome.ending(), Ending::NotHttp);
            }
        }
    }

    #[tokio::test]
    async fn a_dripping_answer_and_silence_end_within_the_phase() {
        let short = Duration::from_millis(300);
        let (dripped, _, _) = asked(None, short, async |mut stream| {
            for byte in b"HTTP/1.1 200 OK and so on and on and on and on and on and on" {
                if stream.write_all(&[*byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        })
        .await;
        assert_eq!(dripped.outcome.ending(), Ending::TimedOut);
        let (silent, _, _) = asked(None, short, async |mut stream| {
            let _ = stream.read(&mut [0; 1]).await;
        })
        .await;
        assert_eq!(silent.outcome.ending(), Ending::TimedOut);
        assert!(silent.attempts[0].took.0 < Duration::from_secs(2));
    }

    #[tokio::test]
    async fn a_body_that_never_comes_does_not_hold_the_answer_back() {
        let (fact, _, _) = asked(None, Duration::from_secs(5), async |mut stream| {
            let _ = stream
                .write_all(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 10\r\n\r\n")
                .await;
            let _ = stream.read(&mut [0; 1]).await;
        })
        .await;
        assert_eq!(answer_of(&fact).status, 502);
        assert!(fact.attempts[0].took.0 < Duration::from_secs(2));
    }

    #[tokio::test]
    async fn closing_and_other_protocols_are_told_apart() {
        let (closed, _, _) = asked(None, PHASE, async |stream| drop(stream)).await;
        assert_eq!(closed.outcome, TunnelOutcome::Closed);
        let (banner, _, _) = asked(None, PHASE, async |mut stream| {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH\x1b[0m\r\n").await;
        })
        .await;
        let TunnelOutcome::NotHttp { excerpt } = &banner.outcome else {
            panic!("{banner:?}");
        };
        assert!(excerpt.raw().starts_with("SSH-2.0") && !excerpt.raw().contains('\x1b'));
        let (lines, _, _) = asked(None, PHASE, async |mut stream| {
            let _ = stream
                .write_all(b"HTTP/1.0 504 Gateway Time-out\nServer: x\n\nbody")
                .await;
        })
        .await;
        assert_eq!(answer_of(&lines).header("server"), Some(Outside::of("x")));
    }

    #[tokio::test]
    async fn an_interim_answer_is_passed_over() {
        let (fact, stream, _) = asked(None, PHASE, async |mut stream| {
            let _ = stream
                .write_all(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
                .await;
        })
        .await;
        assert!(stream.is_some(), "{fact:?}");
    }
}
