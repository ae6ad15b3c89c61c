//! The kernel's own account of one unanswered socket: whether the SYNs it sent again could leave this host.
//!
//! A drop in this host's own output path makes no error for TCP, only silence. But a retransmission that fails here is not counted
//! as outstanding (`tcpi_retrans`), while the timer that wanted it is (`tcpi_retransmits`). Both belong to this socket alone, so other
//! traffic of the host cannot disturb them.

use std::net::SocketAddr;

/// The state of a socket that waits for the answer to its SYN.
const SYN_SENT: u8 = 2;

/// What `struct tcp_info` says about retransmissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Retransmissions {
    /// `tcpi_state`.
    state: u8,
    /// `tcpi_retransmits`: how often the timer ran out since the last progress.
    due: u8,
    /// `tcpi_retrans`: how many of them are on the way as far as the kernel knows.
    under_way: u32,
}

/// Whether the retransmitted SYNs of a waiting socket left this host; `None` before the first one and where the kernel does not say.
pub(super) fn leaves(local: SocketAddr, remote: SocketAddr) -> Option<bool> {
    judged(retransmissions(local, remote)?)
}

/// What an answer of the kernel tells.
#[cfg(target_os = "linux")]
pub(super) fn told(answer: &[u8]) -> Option<bool> {
    wire::read(answer).and_then(judged)
}

/// Nothing: no other kernel is asked so.
#[cfg(not(target_os = "linux"))]
pub(super) fn told(_: &[u8]) -> Option<bool> {
    None
}

fn judged(found: Retransmissions) -> Option<bool> {
    (found.state == SYN_SENT && found.due > 0).then_some(found.under_way > 0)
}

#[cfg(target_os = "linux")]
fn retransmissions(local: SocketAddr, remote: SocketAddr) -> Option<Retransmissions> {
    use std::os::fd::AsRawFd;

    use nix::sys::socket::{
        AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto,
        socket,
    };

    let netlink = socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC,
        SockProtocol::NetlinkSockDiag,
    )
    .ok()?;
    let fd = netlink.as_raw_fd();
    let kernel = NetlinkAddr::new(0, 0);
    sendto(
        fd,
        &wire::request(local, remote),
        &kernel,
        MsgFlags::empty(),
    )
    .ok()?;
    let mut buffer = [0; 4096];
    // The kernel answers within the call that asks.
    let count = recv(fd, &mut buffer, MsgFlags::MSG_DONTWAIT).ok()?;
    wire::read(buffer.get(..count)?)
}

#[cfg(not(target_os = "linux"))]
fn retransmissions(_: SocketAddr, _: SocketAddr) -> Option<Retransmissions> {
    None
}

/// `sock_diag(7)`: one request about one TCP socket, and its answer.
#[cfg(target_os = "linux")]
mod wire {
    use std::net::{IpAddr, SocketAddr};

    use super::Retransmissions;

    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const NLM_F_REQUEST: u16 = 1;
    const INET_DIAG_INFO: u16 = 2;
    const IPPROTO_TCP: u8 = 6;
    const NETLINK_HEADER: usize = 16;
    const DIAG_MESSAGE: usize = 72;
    const REQUEST: u32 = 72;

    pub(super) fn request(local: SocketAddr, remote: SocketAddr) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(REQUEST.to_ne_bytes());
        bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        bytes.extend(NLM_F_REQUEST.to_ne_bytes());
        bytes.extend([0; 8]);
        let family = if local.is_ipv6() { 10 } else { 2 };
        bytes.extend([family, IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0]);
        bytes.extend(u32::MAX.to_ne_bytes());
        bytes.extend(local.port().to_be_bytes());
        bytes.extend(remote.port().to_be_bytes());
        for address in [local.ip(), remote.ip()] {
            match address {
                IpAddr::V4(v4) => {
                    bytes.extend(v4.octets());
                    bytes.extend([0; 12]);
                }
                IpAddr::V6(v6) => bytes.extend(v6.octets()),
            }
        }
        // No interface, and no cookie of an earlier answer.
        bytes.extend([0; 4]);
        bytes.extend([0xff; 8]);
        bytes
    }

    pub(super) fn read(answer: &[u8]) -> Option<Retransmissions> {
        let word = |at: usize| Some(u16::from_ne_bytes(answer.get(at..at + 2)?.try_into().ok()?));
        if word(4)? != SOCK_DIAG_BY_FAMILY {
            return None;
        }
        let mut at = NETLINK_HEADER + DIAG_MESSAGE;
        loop {
            let length = usize::from(word(at)?);
            if length < 4 {
                return None;
            }
            if word(at + 2)? == INET_DIAG_INFO {
                let info = answer.get(at + 4..at + length)?;
                return Some(Retransmissions {
                    state: *info.first()?,
                    due: *info.get(2)?,
                    under_way: u32::from_ne_bytes(info.get(36..40)?.try_into().ok()?),
                });
            }
            at += length.next_multiple_of(4);
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_request_has_the_length_it_states() {
            let local = "10.0.0.5:51000".parse().expect("an address");
            let remote = "192.0.2.10:443".parse().expect("an address");
            assert_eq!(request(local, remote).len(), 72);
        }

        #[test]
        fn short_and_strange_answers_say_nothing() {
            let mut answer = vec![0; NETLINK_HEADER + DIAG_MESSAGE];
            assert_eq!(read(&answer), None);
            answer[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
            assert_eq!(read(&answer), None);
            answer.extend([0, 0, 0, 0]);
            assert_eq!(read(&answer), None, "an attribute without a length");
            let end = answer.len();
            answer[end - 4..].copy_from_slice(&[200, 0, 2, 0]);
            assert_eq!(read(&answer), None, "an attribute that is cut");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_retransmission_that_was_due_tells() {
        let found = |state, due, under_way| {
            judged(Retransmissions {
                state,
                due,
                under_way,
            })
        };
        assert_eq!(found(SYN_SENT, 0, 0), None);
        assert_eq!(found(SYN_SENT, 2, 0), Some(false));
        assert_eq!(found(SYN_SENT, 2, 1), Some(true));
        assert_eq!(found(1, 2, 0), None, "a connected socket is another matter");
    }
}
