//! TCP: one socket per address, with the local address known even when nobody answers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use hybridcheck_core::facts::{Attempt, TcpFact, TcpOutcome};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;

use super::clock::Watch;

/// A second try after a quick refusal tells a listener that was just restarting, and a filter that fails at times, from one that always refuses.
const PAUSE: Duration = Duration::from_millis(100);

/// Connects to one address within `phase`.
pub async fn connect(remote: SocketAddr, phase: Duration) -> (TcpFact, Option<TcpStream>) {
    let total = Watch::start();
    let mut attempts = Vec::new();
    let mut patience = phase;
    loop {
        let watch = Watch::start();
        let mut local = None;
        let tried = tokio::time::timeout(patience, once(remote, &mut local)).await;
        let (outcome, stream) = match tried {
            Ok(Ok(stream)) => (TcpOutcome::Connected, Some(stream)),
            Ok(Err(error)) => (classify(&error, &watch), None),
            Err(_) => (
                TcpOutcome::TimedOut {
                    waited: watch.took(),
                },
                None,
            ),
        };
        attempts.push(Attempt {
            started: watch.started,
            took: watch.took(),
            local,
            outcome: outcome.label().to_owned(),
        });
        patience = phase.saturating_sub(total.took().0);
        let again = matches!(
            outcome,
            TcpOutcome::Refused | TcpOutcome::Reset | TcpOutcome::HostUnreachable
        );
        if !again || attempts.len() > 1 || patience <= PAUSE {
            let fact = TcpFact {
                notices: Vec::new(),
                dropped_here: None,
                remote,
                outcome,
                attempts,
            };
            return (fact, stream);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn once(remote: SocketAddr, local: &mut Option<SocketAddr>) -> io::Result<TcpStream> {
    let socket = Socket::new(
        Domain::for_address(remote),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    if let Err(error) = socket.connect(&remote.into())
        && !in_progress(&error)
    {
        return Err(error);
    }
    *local = socket
        .local_addr()
        .ok()
        .and_then(|address| address.as_socket());
    let stream = TcpStream::from_std(socket.into())?;
    stream.writable().await?;
    match stream.take_error()? {
        Some(error) => Err(error),
        // Writable without an error is not yet connected when the peer's answer was lost: only a peer address proves it.
        None => stream.peer_addr().map(|_| stream),
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

fn classify(error: &io::Error, watch: &Watch) -> TcpOutcome {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => TcpOutcome::Refused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => TcpOutcome::Reset,
        io::ErrorKind::HostUnreachable => TcpOutcome::HostUnreachable,
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
            TcpOutcome::NetworkUnreachable
        }
        io::ErrorKind::PermissionDenied => TcpOutcome::Denied,
        io::ErrorKind::TimedOut => TcpOutcome::TimedOut {
            waited: watch.took(),
        },
        _ => TcpOutcome::Other {
            errno: error.raw_os_error(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_is_connected_with_both_addresses_known() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let remote = listener.local_addr().expect("an address");
        let (fact, stream) = connect(remote, Duration::from_secs(5)).await;
        assert_eq!(fact.outcome, TcpOutcome::Connected);
        assert!(stream.is_some());
        assert_eq!(fact.attempts.len(), 1);
        assert!(
            fact.attempts[0]
                .local
                .is_some_and(|local| local.port() != 0)
        );
    }

    #[tokio::test]
    async fn refused_is_not_dropped_and_is_tried_twice() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let remote = listener.local_addr().expect("an address");
        drop(listener);
        let (fact, stream) = connect(remote, Duration::from_secs(5)).await;
        assert_eq!(fact.outcome, TcpOutcome::Refused);
        assert!(stream.is_none());
        assert_eq!(fact.attempts.len(), 2);
    }
}
