//! One connection attempt: a SYN, and what the kernel says came back for it.

use std::io;
use std::net::SocketAddr;

use hybridcheck_core::facts::IcmpNotice;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::errqueue;

/// A SYN under way.
pub(super) struct Syn {
    /// Where it was sent from.
    pub(super) local: Option<SocketAddr>,
    stream: TcpStream,
}

/// A connection that the call itself did not begin, with the messages that came all the same: a packet filter of this host
/// answers before the call returns.
pub(super) struct Unsent {
    pub(super) error: io::Error,
    pub(super) notices: Vec<IcmpNotice>,
}

impl From<io::Error> for Unsent {
    fn from(error: io::Error) -> Self {
        Self {
            error,
            notices: Vec::new(),
        }
    }
}

/// Sends a SYN, with the system's hop limit or another one.
pub(super) fn send(remote: SocketAddr, hop_limit: Option<u8>) -> Result<Syn, Unsent> {
    let socket = Socket::new(
        Domain::for_address(remote),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    // Without the queue the attempt still tells its outcome.
    let _ = errqueue::listen(&socket, remote.is_ipv6());
    match hop_limit.map(u32::from) {
        Some(limit) if remote.is_ipv6() => socket.set_unicast_hops_v6(limit)?,
        Some(limit) => socket.set_ttl_v4(limit)?,
        None => {}
    }
    if let Err(error) = socket.connect(&remote.into())
        && !in_progress(&error)
    {
        let mut notices = Vec::new();
        errqueue::drain(&socket, &mut notices);
        return Err(Unsent { error, notices });
    }
    let local = socket
        .local_addr()
        .ok()
        .and_then(|address| address.as_socket());
    let stream = TcpStream::from_std(socket.into())?;
    Ok(Syn { local, stream })
}

impl Syn {
    /// Waits for news: the end of the attempt, or `None` when only a message came and the kernel goes on trying.
    pub(super) async fn news(&self, notices: &mut Vec<IcmpNotice>) -> Option<io::Result<()>> {
        let interest = Interest::WRITABLE | Interest::ERROR;
        let ready = match self.stream.ready(interest).await {
            Ok(ready) => ready,
            Err(error) => return Some(Err(error)),
        };
        // The queue comes first: asking for the error may end what the queue tells.
        errqueue::drain(&self.stream, notices);
        match self.stream.take_error() {
            Ok(Some(error)) | Err(error) => return Some(Err(error)),
            Ok(None) => {}
        }
        // Writable without an error is not yet connected when the peer's answer was lost: only a peer address proves it.
        if self.stream.peer_addr().is_ok() {
            return Some(Ok(()));
        }
        // Taking a fatal message off the queue also takes the socket's error; what is left is a closed socket, ready for ever.
        if ready.is_write_closed() {
            return Some(Err(errqueue::error_of(notices)));
        }
        let not_yet = || Err::<(), _>(io::ErrorKind::WouldBlock.into());
        let _ = self.stream.try_io(interest, not_yet);
        None
    }

    /// The end of the attempt.
    pub(super) async fn end(&self, notices: &mut Vec<IcmpNotice>) -> io::Result<()> {
        loop {
            if let Some(end) = self.news(notices).await {
                return end;
            }
            // Whatever keeps the socket ready, the deadline must have its turn.
            tokio::task::yield_now().await;
        }
    }

    /// The connection, once it is one.
    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }
}

#[cfg(unix)]
fn in_progress(error: &io::Error) -> bool {
    /// EINPROGRESS on Linux; on macOS and the BSDs.
    const IN_PROGRESS: i32 = if cfg!(target_os = "linux") { 115 } else { 36 };
    error.raw_os_error() == Some(IN_PROGRESS)
}

#[cfg(not(unix))]
fn in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
