//! The doors of the sandbox's hosts: how each one meets a TCP connection, from serving TLS to never answering at all.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use socket2::{Domain, SockRef, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor};

use super::SandboxError;
use super::gateway::{Answers, Host, Seen, header_in};
use super::tls::Leaf;

/// How a host meets a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Serves TLS and HTTP.
    Serves,
    /// Drops every SYN.
    BlackHole,
    /// Serves, but is silent after a `ClientHello` that does not fit into one packet.
    DropsLarge,
    /// Answers the `ClientHello` in plain HTTP.
    NotTls,
    /// Refuses.
    Refuses,
    /// Resets the connection after the `ClientHello`.
    Resets,
    /// Serves, but resets the connection after a `ClientHello` with its own name.
    ResetsName,
    /// Accepts, and is silent.
    Silent,
}

/// The sockets behind a door. Sockets that never listen keep their port from being given to somebody else.
pub(super) struct Bound {
    pub(super) port: u16,
    listener: Option<TcpListener>,
    /// The second address, when it listens too.
    second: Option<TcpListener>,
    _held: Vec<Socket>,
}

/// What the second address of a host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    /// It refuses connections.
    Refuses,
    /// It serves as the first does, with another certificate.
    Serves(Leaf),
}

/// The second address of a host that has one.
pub(super) const SECOND_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

impl Bound {
    /// Binds a door to a free port of an address, and to the same port of the second address.
    pub(super) fn new(
        door: Door,
        second: Option<Second>,
        at: Ipv4Addr,
    ) -> Result<Self, SandboxError> {
        let failed = SandboxError::bind("HTTPS");
        let (socket, port) = bound_to(at, 0).map_err(&failed)?;
        let mut held = Vec::new();
        let mut beside = None;
        if let Some(second) = second {
            let (socket, _) = bound_to(SECOND_ADDRESS, port).map_err(&failed)?;
            match second {
                Second::Refuses => held.push(socket),
                Second::Serves(_) => beside = Some(listening(socket).map_err(&failed)?),
            }
        }
        let mut listener = None;
        match door {
            Door::Refuses => held.push(socket),
            Door::BlackHole => {
                socket.listen(0).map_err(&failed)?;
                held.push(socket);
                held.extend(fill_queue(at, port)?.into_iter().map(Socket::from));
            }
            Door::DropsLarge
            | Door::NotTls
            | Door::Resets
            | Door::ResetsName
            | Door::Serves
            | Door::Silent => {
                listener = Some(listening(socket).map_err(&failed)?);
            }
        }
        Ok(Self {
            port,
            listener,
            second: beside,
            _held: held,
        })
    }
}

fn listening(socket: Socket) -> std::io::Result<TcpListener> {
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

impl Bound {
    /// The listening socket, once, for who serves it in another way.
    pub(super) fn listener(&mut self) -> Option<TcpListener> {
        self.listener.take()
    }
}

fn bound_to(address: Ipv4Addr, port: u16) -> std::io::Result<(Socket, u16)> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((address, port)).into())?;
    let local = socket.local_addr()?.as_socket();
    Ok((socket, local.map_or(port, |address| address.port())))
}

/// Fills the accept queue of a listener that never accepts: Linux then drops further SYNs, as a firewall that drops does.
fn fill_queue(at: Ipv4Addr, port: u16) -> Result<Vec<TcpStream>, SandboxError> {
    const PATIENCE: Duration = Duration::from_millis(150);
    let address = SocketAddr::from((at, port));
    let mut queue = Vec::new();
    for _ in 0..16 {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(stream) => queue.push(stream),
            Err(error) if error.kind() == std::io::ErrorKind::TimedOut => return Ok(queue),
            Err(error) => return Err(SandboxError::bind("black hole")(error)),
        }
    }
    Err(SandboxError::NoBlackHole)
}

/// Serves a door in the background of the current runtime.
pub(super) fn open(
    bound: &mut Bound,
    door: Door,
    tls: Arc<ServerConfig>,
    second: Option<Arc<ServerConfig>>,
    host: Arc<Host>,
    router: Router,
) -> std::io::Result<()> {
    if let (Some(listener), Some(tls)) = (bound.second.take(), second) {
        listen(listener, Door::Serves, tls, host.clone(), router.clone())?;
    }
    match bound.listener.take() {
        Some(listener) => listen(listener, door, tls, host, router),
        None => Ok(()),
    }
}

fn listen(
    listener: TcpListener,
    door: Door,
    tls: Arc<ServerConfig>,
    host: Arc<Host>,
    router: Router,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                // Out of file descriptors, perhaps: it must not become a busy loop.
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            host.log.note_connection();
            let (tls, host, router) = (tls.clone(), host.clone(), router.clone());
            tokio::spawn(meet(door, stream, tls, host, router));
        }
    });
    Ok(())
}

async fn meet(
    door: Door,
    mut stream: tokio::net::TcpStream,
    tls: Arc<ServerConfig>,
    host: Arc<Host>,
    router: Router,
) {
    let heard = match door {
        Door::DropsLarge | Door::ResetsName => overheard(&stream).await,
        _ => Vec::new(),
    };
    match door {
        Door::DropsLarge if heard.len() > PACKET => while hear(&mut stream).await > 0 {},
        Door::ResetsName if bears(&heard, &host.name) => {
            hear(&mut stream).await;
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        Door::DropsLarge | Door::ResetsName | Door::Serves => {
            // A client that ends the handshake or the connection is the client's affair.
            let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else {
                return;
            };
            serve(stream, &host, router).await;
        }
        Door::NotTls => {
            hear(&mut stream).await;
            let answer = concat!(
                "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n",
                "Content-Length: 12\r\n\r\nBad Request\n"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Door::Resets => {
            hear(&mut stream).await;
            let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        Door::Silent => while hear(&mut stream).await > 0 {},
        Door::BlackHole | Door::Refuses => {}
    }
}

/// What fits into one packet of Ethernet.
const PACKET: usize = 1460;

/// The first bytes of a connection, left where they are for whoever serves it.
async fn overheard(stream: &tokio::net::TcpStream) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    let count = stream.peek(&mut buffer).await.unwrap_or(0);
    buffer.truncate(count);
    buffer
}

/// Whether a ClientHello asks for a name.
fn bears(hello: &[u8], name: &str) -> bool {
    hello
        .windows(name.len())
        .any(|part| part == name.as_bytes())
}

async fn serve(
    stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>,
    host: &Host,
    router: Router,
) {
    if host.answers == Answers::EndlessHeaders {
        let _ = endless_headers(stream, host).await;
        return;
    }
    let service = TowerToHyperService::new(router);
    let _ = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A host behind a shared door.
pub(super) type Tenant = (Arc<ServerConfig>, Arc<Host>, Router);

/// Binds a door that all hosts share.
pub(super) fn bind_shared(at: SocketAddr) -> Result<TcpListener, SandboxError> {
    let failed = SandboxError::bind("shared HTTPS");
    let socket = Socket::new(Domain::for_address(at), Type::STREAM, None).map_err(&failed)?;
    if at.is_ipv6() {
        socket.set_only_v6(true).map_err(&failed)?;
    }
    // A fixed port must be free again at once after the sandbox before.
    socket.set_reuse_address(true).map_err(&failed)?;
    socket.bind(&at.into()).map_err(&failed)?;
    socket.listen(128).map_err(&failed)?;
    socket.set_nonblocking(true).map_err(&failed)?;
    Ok(socket.into())
}

/// Serves a shared door: the name in the handshake says which host is meant, and the first answers for names that nobody has.
pub(super) fn open_shared(listener: TcpListener, tenants: Arc<[Tenant]>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            tokio::spawn(meet_shared(stream, tenants.clone()));
        }
    });
    Ok(())
}

async fn meet_shared(stream: tokio::net::TcpStream, tenants: Arc<[Tenant]>) {
    let acceptor = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream);
    let Ok(hello) = acceptor.await else {
        return;
    };
    let wanted = hello.client_hello().server_name().map(str::to_owned);
    let named = tenants
        .iter()
        .find(|(_, host, _)| wanted.as_deref() == Some(host.name.as_str()));
    let Some((tls, host, router)) = named.or(tenants.first()) else {
        return;
    };
    host.log.note_connection();
    if let Ok(stream) = hello.into_stream(tls.clone()).await {
        serve(stream, host, router.clone()).await;
    }
}

async fn hear(stream: &mut tokio::net::TcpStream) -> usize {
    let mut buffer = [0; 4096];
    stream.read(&mut buffer).await.unwrap_or(0)
}

/// Answers one request with headers until the client has enough of them.
async fn endless_headers(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    host: &Host,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..count]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split_ascii_whitespace();
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    host.log.note(Seen {
        host: host.name.clone(),
        line: format!("{method} {path}"),
        agent: header_in(&head, "user-agent"),
        ..Seen::default()
    });
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
        .await?;
    for number in 0_u64.. {
        let line = format!("x-endless-{number}: {}\r\n", "e".repeat(200));
        stream.write_all(line.as_bytes()).await?;
    }
    Ok(())
}
