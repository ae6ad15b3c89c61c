//! Every reader of bytes that a network or this host's own files give, under a name: fuzz targets and a test of hostile bytes call them
//! all, so that a reader that is added here is tried by both.

use hickory_proto::op::{Message, Query};
use hickory_proto::rr::{Name, RecordType};
use hybridcheck_core::facts::HttpAnswer;
use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use rustls_pki_types::CertificateDer;

use super::lines::Lines;
use super::{api, discovery, dns, hello, hosts, served, sockdiag, token, tunnel};

/// A reader of bytes; what it made of them, as text.
pub type Reader = fn(&[u8]) -> String;

/// Every reader, by name.
pub const READERS: [(&str, Reader); 11] = [
    ("an answer of a nameserver", |bytes| {
        let mut question = Message::query();
        if let Ok(name) = Name::from_ascii("login.mypurecloud.de.") {
            question.add_query(Query::query(name, RecordType::A));
        }
        format!("{:?}", dns::answer::read(bytes, &question))
    }),
    ("an answer of a proxy to CONNECT", |bytes| {
        format!("{:?}", tunnel::answered(bytes))
    }),
    ("an answer to a ClientHello", |bytes| {
        format!("{:?}", hello::understood(bytes))
    }),
    ("a served certificate", |bytes| {
        let certificate = CertificateDer::from(bytes.to_vec());
        format!("{:?}", served::certificate(&certificate))
    }),
    ("an answer of the token endpoint", |bytes| {
        let answered = |status| {
            let answer = HttpAnswer {
                status,
                reason: None,
                headers: Vec::new(),
                excerpt: Outside::default(),
                truncated: false,
                clock: None,
            };
            token::answered(&answer, bytes)
        };
        format!("{:?} {:?}", answered(200), answered(401))
    }),
    ("a discovery document", |bytes| {
        format!("{:?}", discovery::parse(bytes))
    }),
    ("an error body of the API", |bytes| {
        let error = api::error_body(403, bytes, None);
        let permissions = error.as_ref().map(api::permissions);
        format!("{error:?} {permissions:?}")
    }),
    ("the value of Retry-After or of Date", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let now = Timestamp::from_unix(1_795_435_200);
        let wait = token::retry_seconds(&text, now);
        format!("{wait:?} {:?}", Timestamp::parse_http(&text))
    }),
    ("a hosts file", |bytes| {
        format!("{:?}", hosts::parsed(String::new(), &Lines::of(bytes)))
    }),
    ("resolv.conf", |bytes| {
        format!("{:?}", dns::resolv_conf::parsed("", &Lines::of(bytes)))
    }),
    ("an answer of the kernel about a socket", |bytes| {
        format!("{:?}", sockdiag::told(bytes))
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// What grows beside what was read: names of members, and numbers of lines.
    const GROWTH: usize = 40;

    #[test]
    fn hostile_bytes_end_no_reader_and_fill_no_memory() {
        let samples: [&[u8]; 8] = [
            b"HTTP/1.1 407 Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\n\r\nbody",
            b"{\"access_token\":\"t\",\"expires_in\":1,\"issuer\":\"i\",\"code\":\"missing.permissions\",\"message\":\"[a, b]\"}",
            b"\x16\x03\x03\x00\x02\x02\x00\x15\x03\x01\x00\x02\x02\x28",
            b"nameserver 192.0.2.1\nsearch a b\n127.0.0.1 login.mypurecloud.de # \xff",
            b"Mon, 23 Nov 2026 12:00:05 GMT",
            b"\x00\x00\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\x05login\xc0\x0c\x00\x01\x00\x01",
            b"\x30\x82\x00\x10\x30\x80\x02\x01",
            "99999999999999999999 \u{202e}\u{e9}".as_bytes(),
        ];
        let mut tried = 0;
        for (name, read) in READERS {
            for sample in samples {
                for cut in 0..=sample.len() {
                    let (start, end) = sample.split_at(cut);
                    let twice = [end, start, end].concat();
                    for bytes in [start, end, twice.as_slice()] {
                        let told = read(bytes);
                        let most = 2000 + bytes.len() * GROWTH;
                        assert!(told.len() <= most, "{name}: {} of {bytes:?}", told.len());
                        tried += 1;
                    }
                }
            }
            let long = b"a\xff\r\n".repeat(100_000);
            assert!(read(&long).len() <= 2000 + long.len() * GROWTH, "{name}");
        }
        assert!(tried > 5000, "{tried}");
    }
}
