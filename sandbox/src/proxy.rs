//! The sandbox's HTTP proxy: CONNECT by name to the sandbox's hosts, and the ways in which real proxies refuse it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::SandboxError;
use super::door::{Bound, Door};
use super::gateway::{Log, Seen, header_in};
use super::material::random_text;

/// The name of the proxy.
pub(super) const NAME: &str = "proxy.acme.example";
/// The user whom it knows.
const USER: &str = "svc-hybrid";

/// How the proxy answers CONNECT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answers {
    /// With a tunnel.
    Tunnel,
    /// With a tunnel to whoever logs in with Basic.
    Basic,
    /// With a tunnel to whoever logs in by Negotiate or NTLM, which no sandbox client does.
    Negotiate,
    /// With 403, as squid does when no rule allows the host.
    Denied,
    /// With 503, as squid does when the host does not answer it.
    UpstreamFailed,
    /// With 503, as squid does when it cannot resolve the name.
    NameUnknown,
    /// Never.
    Hang,
    /// By closing the connection.
    Close,
}

/// Which login `hybridcheck check` is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LoginGiven {
    None,
    Right,
    Wrong,
}

/// A proxy before it opens.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProxySetup {
    pub(super) door: Door,
    pub(super) answers: Answers,
    pub(super) login: LoginGiven,
    /// The nameserver knows the proxy's name.
    pub(super) is_named: bool,
}

impl ProxySetup {
    /// A proxy that does everything right.
    pub(super) fn healthy() -> Self {
        Self {
            door: Door::Serves,
            answers: Answers::Tunnel,
            login: LoginGiven::None,
            is_named: true,
        }
    }
}

/// A proxy with its socket, ready to be served.
pub(super) struct Proxy {
    bound: Bound,
    setup: ProxySetup,
    /// What `Proxy-Authorization` must say.
    expected: String,
    /// What `--proxy` says.
    pub(super) argument: String,
    /// What must not leak.
    pub(super) secrets: Vec<String>,
}

impl Proxy {
    pub(super) fn bind(setup: ProxySetup, at: Ipv4Addr) -> Result<Self, SandboxError> {
        let bound = Bound::new(setup.door, None, at)?;
        let right = random_text(18)?;
        let wrong = random_text(18)?;
        let user_info = match setup.login {
            LoginGiven::None => String::new(),
            LoginGiven::Right => format!("{USER}:{right}@"),
            LoginGiven::Wrong => format!("{USER}:{wrong}@"),
        };
        let encoded =
            |password: &str| Base64::encode_string(format!("{USER}:{password}").as_bytes());
        Ok(Self {
            argument: format!("http://{user_info}{NAME}:{}", bound.port),
            expected: encoded(&right),
            secrets: vec![encoded(&right), encoded(&wrong), right, wrong],
            bound,
            setup,
        })
    }

    /// Serves in the background of the current runtime; `ports` leads names to the sandbox's hosts.
    pub(super) fn open(
        &mut self,
        ports: &[(String, u16)],
        at: Ipv4Addr,
        log: &Log,
    ) -> std::io::Result<()> {
        let Some(listener) = self.bound.listener() else {
            return Ok(());
        };
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let shared = Arc::new(Shared {
            answers: self.setup.answers,
            is_silent: self.setup.door == Door::Silent,
            expected: format!("basic {}", self.expected),
            ports: ports.iter().cloned().collect(),
            at,
            log: log.clone(),
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    let _ = shared.serve(stream).await;
                });
            }
        });
        Ok(())
    }
}

struct Shared {
    answers: Answers,
    is_silent: bool,
    expected: String,
    ports: BTreeMap<String, u16>,
    at: Ipv4Addr,
    log: Log,
}

impl Shared {
    async fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut head).await? == 0 || head.len() > 16 * 1024 {
                return Ok(());
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.split_ascii_whitespace();
        let (method, authority) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        self.log.note(Seen {
            host: NAME.to_owned(),
            line: format!("{method} {authority}"),
            agent: header_in(&head, "user-agent"),
            ..Seen::default()
        });
        if self.is_silent || self.answers == Answers::Hang {
            while stream.read(&mut [0; 256]).await? > 0 {}
            return Ok(());
        }
        if self.answers == Answers::Close {
            return Ok(());
        }
        if let Some(refusal) = self.refusal(&head) {
            return answer(&mut stream, refusal).await;
        }
        let name = authority.strip_suffix(":443").unwrap_or(authority);
        let Some(port) = self.ports.get(name) else {
            return answer(&mut stream, NAME_UNKNOWN).await;
        };
        let Ok(mut host) = TcpStream::connect(SocketAddr::from((self.at, *port))).await else {
            return answer(&mut stream, UPSTREAM_FAILED).await;
        };
        stream
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
        tokio::io::copy_bidirectional(&mut stream, &mut host).await?;
        Ok(())
    }

    fn refusal(&self, head: &str) -> Option<&'static str> {
        let is_right = || {
            head.lines().any(|line| {
                line.split_once(':').is_some_and(|(name, value)| {
                    let value = value.trim();
                    name.eq_ignore_ascii_case("proxy-authorization")
                        && value.len() > 6
                        && value[..6].eq_ignore_ascii_case("basic ")
                        && value[6..] == self.expected[6..]
                })
            })
        };
        match self.answers {
            Answers::Basic if !is_right() => Some(BASIC),
            Answers::Negotiate => Some(NEGOTIATE),
            Answers::Denied => Some(DENIED),
            Answers::UpstreamFailed => Some(UPSTREAM_FAILED),
            Answers::NameUnknown => Some(NAME_UNKNOWN),
            Answers::Basic | Answers::Close | Answers::Hang | Answers::Tunnel => None,
        }
    }
}

const BASIC: &str = "407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"proxy.acme.example\"\r\nX-Squid-Error: ERR_CACHE_ACCESS_DENIED 0";
const NEGOTIATE: &str = "407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nX-Squid-Error: ERR_CACHE_ACCESS_DENIED 0";
const DENIED: &str = "403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0";
const UPSTREAM_FAILED: &str = "503 Service Unavailable\r\nX-Squid-Error: ERR_CONNECT_FAIL 110";
const NAME_UNKNOWN: &str = "503 Service Unavailable\r\nX-Squid-Error: ERR_DNS_FAIL 0";

async fn answer(stream: &mut TcpStream, status: &str) -> std::io::Result<()> {
    let page = "<html><title>ERROR: The requested URL could not be retrieved</title></html>";
    let text = format!(
        "HTTP/1.1 {status}\r\nServer: squid\r\nVia: 1.1 {NAME} (squid)\r\nContent-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await
}
