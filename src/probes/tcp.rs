//! TCP: every address on its own sockets, several tries side by side, and what came back for each.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use hybridcheck_core::facts::{Attempt, Ending, IcmpNotice, TcpFact, TcpOutcome};
use hybridcheck_core::time::Took;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::clock::Watch;
use super::limits::{self, Place};
use super::socket::Socket;
use super::{sockdiag, syn};

/// A second try after a quick refusal tells a listener that was just restarting, and a filter that fails at times, from one that always refuses.
const PAUSE: Duration = Duration::from_millis(100);
/// When further tries begin while nothing has answered. The first stands just before the kernel sends the first SYN again, so that an
/// answer belongs to one of them.
const STAGGERED: [Duration; 2] = [Duration::from_millis(900), Duration::from_secs(2)];
/// A try with less time than this left would only look like another failure.
const WORTH: Duration = Duration::from_millis(500);
/// No more tries than this for one address.
const MOST: usize = 1 + STAGGERED.len();
/// Sockets for further tries in the whole process: with hundreds of dead targets, file descriptors are scarce and a second opinion is not.
static SPARE: Semaphore = Semaphore::const_new(96);

/// Connects to one address within `phase`, once there is a place for a socket; the first try that connects wins.
pub async fn connect(remote: SocketAddr, phase: Duration) -> (TcpFact, Option<Socket>) {
    let place = limits::place().await;
    let begun = Instant::now();
    let mut tries = Tries {
        remote,
        deadline: begun + phase,
        running: FuturesUnordered::new(),
        begun: Vec::new(),
        attempts: Vec::new(),
    };
    let mut later = STAGGERED
        .map(|after| begun + after)
        .into_iter()
        .filter(|at| *at + WORTH <= tries.deadline)
        .collect::<Vec<_>>()
        .into_iter();
    let mut next = later.next();
    let mut failed = None;
    let mut silence = None;
    let mut notices: Vec<IcmpNotice> = Vec::new();
    let mut left = Vec::new();
    let mut stream = None;
    tries.launch(Some(place));
    loop {
        let due = next.unwrap_or(tries.deadline);
        tokio::select! {
            biased;
            Some(ended) = tries.running.next() => {
                tries.record(&ended);
                notices.extend(ended.notices);
                left.extend(ended.leaves);
                match ended.outcome {
                    TcpOutcome::Connected => {
                        stream = ended.stream;
                        break;
                    }
                    TcpOutcome::TimedOut { .. } if ended.is_over => silence = silence.or(Some(ended.outcome)),
                    outcome => {
                        let pause_ends = Instant::now() + PAUSE;
                        let again = failed.is_none() && is_worth_another(&outcome)
                            && tries.attempts.len() < MOST && pause_ends < tries.deadline;
                        failed = Some(outcome);
                        if !again {
                            break;
                        }
                        next = Some(pause_ends);
                        later = Vec::new().into_iter();
                    }
                }
            }
            () = sleep_until(due), if next.is_some() => {
                next = later.next();
                tries.launch(None);
            }
            else => break,
        }
    }
    let outcome = match (&stream, failed, silence) {
        (Some(_), ..) => TcpOutcome::Connected,
        (None, Some(failed), _) => failed,
        (None, None, silence) => silence.unwrap_or(TcpOutcome::TimedOut {
            waited: Took(begun.elapsed()),
        }),
    };
    let mut seen = Vec::new();
    notices.retain(|notice| {
        let is_new = !seen.contains(notice);
        seen.push(notice.clone());
        is_new
    });
    let fact = TcpFact {
        remote,
        outcome,
        attempts: tries.finish(),
        notices,
        dropped_here: (!left.is_empty()).then(|| left.iter().all(|leaves| !leaves)),
    };
    (fact, stream)
}

fn is_worth_another(outcome: &TcpOutcome) -> bool {
    matches!(
        outcome,
        TcpOutcome::Refused | TcpOutcome::Reset | TcpOutcome::HostUnreachable
    )
}

/// The tries for one address.
struct Tries {
    remote: SocketAddr,
    deadline: Instant,
    running: FuturesUnordered<LocalBoxFuture<'static, Ended>>,
    begun: Vec<Watch>,
    attempts: Vec<Attempt>,
}

/// A try that ended by itself.
struct Ended {
    number: usize,
    took: Took,
    outcome: TcpOutcome,
    /// Our deadline ended it, not the system.
    is_over: bool,
    notices: Vec<IcmpNotice>,
    leaves: Option<bool>,
    stream: Option<Socket>,
}

impl Tries {
    /// Begins a try at this place, or a further one if the process has a socket to spare.
    fn launch(&mut self, place: Option<Place>) {
        let number = self.attempts.len();
        let is_further = place.is_none();
        let permit = is_further.then(|| SPARE.try_acquire().ok()).flatten();
        let Some(place) = place.or_else(|| permit.as_ref().and_then(|_| limits::spare_place()))
        else {
            return;
        };
        let (remote, deadline) = (self.remote, self.deadline);
        let watch = Watch::start();
        let sent = syn::send(remote, None);
        if let Err(unsent) = &sent
            && let Some(limit) = limits::own_limit_towards(&unsent.error, remote)
        {
            if is_further {
                return;
            }
            limits::meet(limit);
        }
        let local = sent.as_ref().ok().and_then(|syn| syn.local);
        self.begun.push(watch);
        self.attempts.push(Attempt {
            started: watch.started,
            took: Took::default(),
            local,
            outcome: Ending::Unanswered,
        });
        self.running.push(Box::pin(async move {
            let _permit = permit;
            let mut notices = Vec::new();
            let mut leaves = None;
            let mut is_over = false;
            let (outcome, stream) = match sent {
                Err(unsent) => {
                    notices = unsent.notices;
                    (classify(&unsent.error, &watch), None)
                }
                Ok(syn) => match timeout_at(deadline, syn.end(&mut notices)).await {
                    Ok(Ok(())) => {
                        let socket = Socket::at(place, syn.into_stream());
                        (TcpOutcome::Connected, Some(socket))
                    }
                    Ok(Err(error)) => (classify(&error, &watch), None),
                    Err(_) => {
                        is_over = true;
                        leaves = local.and_then(|local| sockdiag::leaves(local, remote));
                        let waited = watch.took();
                        (TcpOutcome::TimedOut { waited }, None)
                    }
                },
            };
            Ended {
                number,
                took: watch.took(),
                outcome,
                is_over,
                notices,
                leaves,
                stream,
            }
        }));
    }

    fn record(&mut self, ended: &Ended) {
        if let Some(attempt) = self.attempts.get_mut(ended.number) {
            attempt.took = ended.took;
            attempt.outcome = ended.outcome.ending();
        }
    }

    /// Every try; those that still wait stay unanswered.
    fn finish(self) -> Vec<Attempt> {
        let with_watch = self.attempts.into_iter().zip(self.begun);
        with_watch
            .map(|(mut attempt, watch)| {
                if attempt.outcome == Ending::Unanswered {
                    attempt.took = watch.took();
                }
                attempt
            })
            .collect()
    }
}

/// The outcome of an attempt in the core's words.
pub(super) fn classify(error: &io::Error, watch: &Watch) -> TcpOutcome {
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
        assert_eq!(fact.notices, []);
    }

    /// A listener whose queue is full: Linux drops further SYNs, as a firewall that drops does.
    #[cfg(target_os = "linux")]
    mod silence {
        use super::*;
        use socket2::{Domain, Socket, Type};
        use std::net::TcpListener;

        fn full() -> (TcpListener, Vec<std::net::TcpStream>, SocketAddr) {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
            let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
            socket.bind(&any.into()).expect("a free port");
            socket.listen(0).expect("it listens");
            let listener: TcpListener = socket.into();
            let remote = listener.local_addr().expect("an address");
            let mut queue = Vec::new();
            while let Ok(stream) =
                std::net::TcpStream::connect_timeout(&remote, Duration::from_millis(150))
            {
                queue.push(stream);
            }
            (listener, queue, remote)
        }

        #[tokio::test]
        async fn a_short_phase_has_one_try() {
            let (_listener, _queue, remote) = full();
            let begun = Instant::now();
            let (fact, stream) = connect(remote, Duration::from_millis(600)).await;
            assert!(matches!(fact.outcome, TcpOutcome::TimedOut { .. }));
            assert!(stream.is_none());
            assert_eq!(fact.attempts.len(), 1);
            assert_eq!(fact.dropped_here, None, "no retransmission was due yet");
            assert!(begun.elapsed() < Duration::from_millis(1200));
        }

        #[tokio::test]
        async fn silence_is_tried_side_by_side_within_one_deadline() {
            let (_listener, _queue, remote) = full();
            let begun = Instant::now();
            let (fact, _) = connect(remote, Duration::from_millis(2600)).await;
            assert!(matches!(fact.outcome, TcpOutcome::TimedOut { .. }));
            assert_eq!(fact.attempts.len(), 3);
            assert_eq!(
                fact.dropped_here,
                Some(false),
                "the SYNs left, the listener dropped them"
            );
            assert!(begun.elapsed() < Duration::from_millis(3400));
        }

        #[tokio::test]
        async fn a_later_try_that_connects_wins_and_the_first_stays_on_record() {
            let (listener, queue, remote) = full();
            let opened = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(600));
                let accepted: Vec<_> = queue.iter().map(|_| listener.accept()).collect();
                (listener, queue, accepted)
            });
            let (fact, stream) = connect(remote, Duration::from_secs(5)).await;
            assert!(stream.is_some());
            assert_eq!(fact.outcome, TcpOutcome::Connected);
            let endings: Vec<Ending> = fact
                .attempts
                .iter()
                .map(|attempt| attempt.outcome)
                .collect();
            assert_eq!(endings, [Ending::Unanswered, Ending::Connected]);
            assert!(fact.is_flaky());
            assert!(opened.join().is_ok());
        }
    }
}
