//! What the kernel still holds of what was written to a socket: bytes that the peer has not acknowledged. Linux only.

use std::net::SocketAddr;

#[cfg(target_os = "linux")]
use std::{
    fmt::Write,
    io::{BufRead, BufReader, Read},
    net::IpAddr,
};

/// More of the table is not read: a host with more sockets than that has other worries.
#[cfg(target_os = "linux")]
const TABLE_CAP: u64 = 64 * 1024 * 1024;

/// Bytes that were written to the connection between these two and never acknowledged, where the system tells.
#[cfg(target_os = "linux")]
pub fn unacknowledged(local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let table = if local.is_ipv4() {
        "/proc/net/tcp"
    } else {
        "/proc/net/tcp6"
    };
    let file = std::fs::File::open(table).ok()?;
    find(BufReader::new(file.take(TABLE_CAP)), local, remote)
}

/// Elsewhere nobody tells without rights.
#[cfg(not(target_os = "linux"))]
pub fn unacknowledged(_: SocketAddr, _: SocketAddr) -> Option<u32> {
    None
}

/// The line of a connection: number, local, remote, state, `tx_queue:rx_queue`, all hexadecimal (proc_net_tcp of the kernel's documentation).
#[cfg(target_os = "linux")]
fn find(table: impl BufRead, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (written(local), written(remote));
    for line in table.lines().map_while(Result::ok) {
        let mut words = line.split_ascii_whitespace().skip(1);
        if words.next() == Some(local.as_str()) && words.next() == Some(remote.as_str()) {
            let (sending, _) = words.nth(1)?.split_once(':')?;
            return u32::from_str_radix(sending, 16).ok();
        }
    }
    None
}

/// An address as the table writes it: 32-bit words in the machine's own byte order.
#[cfg(target_os = "linux")]
fn written(address: SocketAddr) -> String {
    let octets = match address.ip() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let mut written = String::new();
    for word in octets.chunks_exact(4) {
        let word = <[u8; 4]>::try_from(word).unwrap_or_default();
        let _ = write!(written, "{:08X}", u32::from_ne_bytes(word));
    }
    let _ = write!(written, ":{:04X}", address.port());
    written
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn what_a_peer_has_taken_is_acknowledged_and_what_it_has_no_room_for_is_not() {
        for home in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(home) else {
                continue;
            };
            let remote = listener.local_addr().expect("an address");
            let mut stream = TcpStream::connect(remote).expect("a connection");
            let local = stream.local_addr().expect("an address");
            stream.write_all(b"ClientHello").expect("written");
            assert_eq!(unacknowledged(local, remote), Some(0), "{home}");
            // Nobody reads: the receiver's window fills, and the rest stays here.
            stream.set_nonblocking(true).expect("non-blocking");
            while stream.write(&[0; 8 * 1024]).is_ok() {}
            let left = unacknowledged(local, remote);
            assert!(left.is_some_and(|left| left > 0), "{home}: {left:?}");
        }
    }

    #[test]
    fn a_connection_that_is_not_there_is_unknown() {
        let nowhere = SocketAddr::from(([192, 0, 2, 1], 443));
        let local = SocketAddr::from(([192, 0, 2, 2], 50_000));
        assert_eq!(unacknowledged(local, nowhere), None);
    }
}
