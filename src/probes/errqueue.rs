//! A socket's error queue: which ICMP messages came back for it, and from whom.

use std::io;

use hybridcheck_core::facts::IcmpNotice;
#[cfg(target_os = "linux")]
pub(super) use linux::{drain, listen};
#[cfg(not(target_os = "linux"))]
pub(super) use silent::{drain, listen};

/// Whether this system hands ICMP messages to ordinary programs at all. Where it does not, nobody can tell a device's refusal from
/// the host's own, nor who sent it.
pub(super) const TELLS: bool = cfg!(target_os = "linux");

/// The error that a connection attempt ended with when only its messages are left: the kernel's own translation of the last one.
pub(super) fn error_of(notices: &[IcmpNotice]) -> io::Error {
    let last = notices
        .iter()
        .rev()
        .find(|notice| !notice.is_time_exceeded());
    let kind = match last.map(|notice| (notice.v6, notice.kind, notice.code)) {
        Some((false, 3, 3) | (true, 1, 4)) => io::ErrorKind::ConnectionRefused,
        Some((false, 3, 0 | 6 | 9 | 11) | (true, 1, 0)) => io::ErrorKind::NetworkUnreachable,
        Some((true, 1, 1 | 5 | 6)) => io::ErrorKind::PermissionDenied,
        Some(_) => io::ErrorKind::HostUnreachable,
        None => io::ErrorKind::ConnectionAborted,
    };
    kind.into()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::IoSliceMut;
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
    use std::os::fd::{AsFd, AsRawFd};

    use nix::sys::socket::{
        ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt,
    };

    use super::{IcmpNotice, io};

    /// Origins of an entry (`SO_EE_ORIGIN_…`).
    const ICMP: u8 = 2;
    const ICMP6: u8 = 3;
    /// More entries than one attempt can collect.
    const MOST: usize = 16;

    /// Asks the kernel to keep the messages. Over IPv6 it also makes the attempt end with the first one.
    pub(in super::super) fn listen(socket: &impl AsFd, is_v6: bool) -> io::Result<()> {
        if is_v6 {
            setsockopt(socket, sockopt::Ipv6RecvErr, &true)?;
        } else {
            setsockopt(socket, sockopt::Ipv4RecvErr, &true)?;
        }
        Ok(())
    }

    /// Takes the messages that came so far, each once.
    pub(in super::super) fn drain(socket: &impl AsFd, notices: &mut Vec<IcmpNotice>) {
        let fd = socket.as_fd().as_raw_fd();
        for _ in 0..MOST {
            let mut payload = [0; 256];
            let mut control = [0; 512];
            let mut iov = [IoSliceMut::new(&mut payload)];
            let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
            let Ok(message) = recvmsg::<SockaddrStorage>(fd, &mut iov, Some(&mut control), flags)
            else {
                return;
            };
            let Ok(parts) = message.cmsgs() else {
                continue;
            };
            for notice in parts.filter_map(|part| notice(&part)) {
                if !notices.contains(&notice) {
                    notices.push(notice);
                }
            }
        }
    }

    fn notice(part: &ControlMessageOwned) -> Option<IcmpNotice> {
        let (error, from) = match part {
            ControlMessageOwned::Ipv4RecvErr(error, from) => (
                error,
                from.map(|from| IpAddr::V4(Ipv4Addr::from(u32::from_be(from.sin_addr.s_addr)))),
            ),
            ControlMessageOwned::Ipv6RecvErr(error, from) => (
                error,
                from.map(|from| IpAddr::V6(Ipv6Addr::from(from.sin6_addr.s6_addr))),
            ),
            _ => return None,
        };
        // Entries of the kernel's own are no message of anybody.
        matches!(error.ee_origin, ICMP | ICMP6).then(|| IcmpNotice {
            v6: error.ee_origin == ICMP6,
            kind: error.ee_type,
            code: error.ee_code,
            from: from.filter(|from| !from.is_unspecified()),
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod silent {
    use super::{IcmpNotice, io};

    /// There is nothing to ask for.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "the same signature as where it can fail"
    )]
    pub(in super::super) fn listen<S>(_: &S, _: bool) -> io::Result<()> {
        Ok(())
    }

    /// There is nothing to take.
    pub(in super::super) fn drain<S>(_: &S, _: &mut Vec<IcmpNotice>) {}
}
