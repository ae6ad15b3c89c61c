//! Each kind of answer, and hostile nameservers: cut off within the deadline, in bounded memory.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::time::{Duration, Instant};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hybridcheck_core::endpoint::Host;
use hybridcheck_core::facts::{DnsFact, DnsOutcome, Ending};
use hybridcheck_core::outside::Outside;

use super::ask;

const HOST: &str = "login.example";

/// A nameserver that answers each UDP question with the packets that a function makes of it.
fn nameserver(answer: impl Fn(&Message) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = socket.local_addr().expect("an address");
    serve_udp(socket, answer);
    address
}

fn serve_udp(socket: UdpSocket, answer: impl Fn(&Message) -> Vec<Vec<u8>> + Send + 'static) {
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let question = Message::from_vec(&buffer[..length]).expect("a question");
            for packet in answer(&question) {
                let _ = socket.send_to(&packet, from);
            }
        }
    });
}

/// UDP and TCP on one port: every answer over UDP is cut, TCP does what the function says with the connection's question.
fn cutting(answer: impl Fn(&Message) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let socket = UdpSocket::bind(address).expect("the same port");
    serve_udp(socket, |question| vec![cut(question)]);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut length = [0; 2];
            if stream.read_exact(&mut length).is_err() {
                continue;
            }
            let mut packet = vec![0; usize::from(u16::from_be_bytes(length))];
            if stream.read_exact(&mut packet).is_err() {
                continue;
            }
            let question = Message::from_vec(&packet).expect("a question");
            let _ = stream.write_all(&answer(&question));
        }
    });
    address
}

fn response(question: &Message) -> Message {
    let mut message = Message::response(question.metadata.id, question.metadata.op_code);
    message.queries.clone_from(&question.queries);
    message
}

fn cut(question: &Message) -> Vec<u8> {
    let mut message = response(question);
    message.metadata.truncation = true;
    bytes(&message)
}

fn bytes(message: &Message) -> Vec<u8> {
    message.to_vec().expect("a message")
}

fn framed(message: &Message) -> Vec<u8> {
    let bytes = bytes(message);
    let length = u16::try_from(bytes.len()).expect("a short message");
    [length.to_be_bytes().as_slice(), &bytes].concat()
}

fn is_a(question: &Message) -> bool {
    question.queries[0].query_type() == RecordType::A
}

fn name(text: &str) -> Name {
    Name::from_ascii(text).expect("a name")
}

fn address(owner: &str, last: u8) -> Record {
    Record::from_rdata(name(owner), 60, RData::A(A::new(192, 0, 2, last)))
}

fn alias(owner: &str, target: &str) -> Record {
    Record::from_rdata(name(owner), 30, RData::CNAME(CNAME(name(target))))
}

/// The answer with these records to A; nothing to AAAA.
fn with(question: &Message, records: Vec<Record>) -> Message {
    let mut message = response(question);
    if is_a(question) {
        message.add_answers(records);
    }
    message
}

fn asked_within(nameserver: SocketAddr, phase: Duration) -> DnsFact {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(ask(&Host::of(HOST), nameserver, phase))
}

fn asked(nameserver: SocketAddr) -> DnsFact {
    asked_within(nameserver, Duration::from_secs(5))
}

fn last_bytes(fact: &DnsFact) -> Vec<u8> {
    let addresses = fact.addresses();
    addresses
        .iter()
        .map(|address| match address {
            IpAddr::V4(address) => address.octets()[3],
            IpAddr::V6(_) => 0,
        })
        .collect()
}

#[test]
fn addresses_come_with_their_chain_of_aliases_and_the_smallest_time_to_live() {
    let server = nameserver(|question| {
        let records = vec![
            alias("login.example.", "edge.example."),
            address("edge.example.", 7),
        ];
        vec![bytes(&with(question, records))]
    });
    let fact = asked(server);
    assert_eq!(
        fact.a.outcome,
        DnsOutcome::Addresses {
            addresses: vec![IpAddr::from([192, 0, 2, 7])],
            cnames: vec!["edge.example.".into()],
            ttl: 30
        }
    );
    assert_eq!(fact.aaaa.outcome, DnsOutcome::NoData);
    assert_eq!(fact.a.attempts.len(), 1);
    assert!(fact.a.attempts[0].local.is_some());
}

#[test]
fn response_codes_are_told_apart() {
    for (code, ending) in [
        (ResponseCode::NXDomain, Ending::NxDomain),
        (ResponseCode::ServFail, Ending::ServFail),
        (ResponseCode::Refused, Ending::Refused),
        (ResponseCode::NoError, Ending::NoData),
        (ResponseCode::NotImp, Ending::OtherCode),
    ] {
        let server = nameserver(move |question| {
            let mut message = response(question);
            message.metadata.response_code = code;
            vec![bytes(&message)]
        });
        assert_eq!(asked(server).a.outcome.ending(), ending);
    }
}

#[test]
fn silence_is_asked_twice_and_ends_at_the_deadline() {
    let server = nameserver(|_| Vec::new());
    let begun = Instant::now();
    let fact = asked_within(server, Duration::from_millis(300));
    assert!(matches!(fact.a.outcome, DnsOutcome::TimedOut { .. }));
    assert_eq!(fact.a.attempts.len(), 2);
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_closed_port_is_no_silence() {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let closed = socket.local_addr().expect("an address");
    drop(socket);
    assert_eq!(asked(closed).a.outcome, DnsOutcome::Unreachable);
}

#[test]
fn a_cut_answer_is_asked_for_over_tcp() {
    let server = cutting(|question| framed(&with(question, vec![address("login.example.", 9)])));
    let fact = asked(server);
    assert_eq!(last_bytes(&fact), [9]);
    assert!(fact.a.truncated);
}

#[test]
fn a_cut_answer_without_tcp_says_what_tcp_met() {
    let server = nameserver(|question| vec![cut(question)]);
    let fact = asked(server);
    assert!(fact.a.truncated);
    assert_eq!(
        fact.a.outcome,
        DnsOutcome::CutShort {
            over_tcp: "refused".into()
        }
    );
}

#[test]
fn tcp_that_stalls_or_lies_about_its_length_ends_at_the_deadline() {
    let begun = Instant::now();
    for answer in [&b""[..], b"\x00", b"\xff\xff\x00\x01", b"\x00\x03abc"] {
        let server = cutting(move |_| answer.to_vec());
        let fact = asked_within(server, Duration::from_millis(300));
        assert_eq!(fact.a.outcome.ending(), Ending::CutShort, "{answer:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn aliases_that_go_in_a_circle_are_seen() {
    let server = nameserver(|question| {
        let records = vec![
            alias("login.example.", "a.example."),
            alias("a.example.", "b.example."),
            alias("b.example.", "a.example."),
        ];
        vec![bytes(&with(question, records))]
    });
    assert_eq!(
        asked(server).a.outcome,
        DnsOutcome::AliasLoop {
            cnames: ["a.example.", "b.example.", "a.example."]
                .map(Outside::from)
                .into()
        }
    );
}

#[test]
fn a_chain_of_aliases_without_end_is_left() {
    let server = cutting(|question| {
        let mut records = vec![alias("login.example.", "x0.example.")];
        records.extend(
            (0..900).map(|n| alias(&format!("x{n}.example."), &format!("x{}.example.", n + 1))),
        );
        framed(&with(question, records))
    });
    let fact = asked(server);
    let DnsOutcome::AliasLoop { cnames } = fact.a.outcome else {
        panic!("{fact:?}");
    };
    assert!(cnames.len() < 20);
}

#[test]
fn thousands_of_addresses_are_a_few() {
    let server = cutting(|question| {
        let records = (0..3900_u32).map(|n| {
            let address = A(Ipv4Addr::from_bits(0x0a00_0000 + n));
            Record::from_rdata(name(HOST), 60, RData::A(address))
        });
        framed(&with(question, records.collect()))
    });
    assert_eq!(asked(server).addresses().len(), 16);
}

#[test]
fn addresses_of_other_names_are_no_answer() {
    let server = nameserver(|question| {
        let records = vec![address("elsewhere.example.", 6)];
        vec![bytes(&with(question, records))]
    });
    assert_eq!(asked(server).a.outcome, DnsOutcome::NoData);
}

#[test]
fn answers_with_another_id_or_question_are_not_believed() {
    let server = nameserver(|question| {
        let mut forged = with(question, vec![address("login.example.", 66)]);
        forged.metadata.id ^= 1;
        let mut other = with(question, vec![address("login.example.", 67)]);
        other.queries[0].set_name(name("other.example."));
        let mut echo = question.clone();
        echo.add_answer(address("login.example.", 68));
        let genuine = with(question, vec![address("login.example.", 1)]);
        [forged, other, echo, genuine].iter().map(bytes).collect()
    });
    assert_eq!(last_bytes(&asked(server)), [1]);
}

#[test]
fn answers_from_elsewhere_are_not_believed() {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let nameserver = server.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut buffer = [0; 1024];
        while let Ok((length, from)) = server.recv_from(&mut buffer) {
            let question = Message::from_vec(&buffer[..length]).expect("a question");
            let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            let forged = with(&question, vec![address("login.example.", 66)]);
            let _ = stranger.send_to(&bytes(&forged), from);
            let genuine = with(&question, vec![address("login.example.", 1)]);
            let _ = server.send_to(&bytes(&genuine), from);
        }
    });
    assert_eq!(last_bytes(&asked(nameserver)), [1]);
}

#[test]
fn answers_that_lie_about_their_lengths_cannot_be_read() {
    for spoil in [
        // Ten thousand records are announced, and none follows.
        (|bytes: &mut Vec<u8>| bytes[6..8].copy_from_slice(&[0x27, 0x10])) as fn(&mut Vec<u8>),
        // The data of the record is said to go on beyond the packet.
        |bytes| {
            let at = bytes.len() - 6;
            bytes[at..at + 2].copy_from_slice(&[0xff, 0xff]);
        },
        // The packet ends inside the record.
        |bytes| bytes.truncate(bytes.len() - 3),
        // The owner of the record is a pointer to itself.
        |bytes| {
            let at = u8::try_from(bytes.len() - 16).expect("a short packet");
            let start = usize::from(at);
            bytes[start..start + 2].copy_from_slice(&[0xc0, at]);
        },
    ] {
        let server = nameserver(move |question| {
            let mut packet = bytes(&with(question, vec![address("login.example.", 1)]));
            if is_a(question) {
                spoil(&mut packet);
            }
            vec![packet]
        });
        let fact = asked_within(server, Duration::from_secs(1));
        assert_eq!(fact.a.outcome, DnsOutcome::Malformed);
    }
}

#[test]
fn a_flood_of_wrong_answers_ends_at_the_deadline() {
    let server = nameserver(|question| {
        let mut forged = response(question);
        forged.metadata.id ^= 1;
        vec![bytes(&forged); 20_000]
    });
    let begun = Instant::now();
    let fact = asked_within(server, Duration::from_millis(400));
    assert!(matches!(fact.a.outcome, DnsOutcome::TimedOut { .. }));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_host_that_is_no_name_is_not_asked_for() {
    let long = "a".repeat(70);
    let server = nameserver(|_| Vec::new());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let host = Host::of(&format!("{long}.example"));
    let fact = runtime.block_on(ask(&host, server, Duration::from_secs(5)));
    assert_eq!(fact.a.outcome, DnsOutcome::NotAName);
}
