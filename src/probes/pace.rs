//! The pace: every request to the auth and API hosts is counted, and none is sent sooner than the run's rate allows.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Counts requests and spaces them out: so many at once, then so many a second.
#[derive(Debug)]
pub struct Pace {
    sent: AtomicU32,
    started: Instant,
    turns: Mutex<Turns>,
}

/// When the next request is due, on a clock that begins with the pace (the generic cell rate algorithm).
#[derive(Debug)]
struct Turns {
    apart: Duration,
    burst: Duration,
    due: Duration,
    /// When the last request went.
    last: Duration,
}

impl Pace {
    /// A pace of so many requests a second; as many may go at once.
    pub fn new(per_second: u32) -> Self {
        Self {
            sent: AtomicU32::new(0),
            started: Instant::now(),
            turns: Mutex::new(Turns::of(per_second)),
        }
    }

    /// Waits for the turn of a request, and counts it when it comes. Turns are given in the order in which they were asked for.
    pub async fn turn(&self) {
        let wait = self.turns().wait(self.started.elapsed());
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        self.turns().last = self.started.elapsed();
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Those who stood in the queue are gone: the next request waits for the last one only that really went.
    pub fn clear_queue(&self) {
        self.turns().clear();
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The requests so far.
    pub fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }
}

impl Turns {
    fn of(per_second: u32) -> Self {
        let per_second = per_second.max(1);
        let apart = Duration::from_secs(1) / per_second;
        Self {
            apart,
            burst: apart * (per_second - 1),
            due: Duration::ZERO,
            last: Duration::ZERO,
        }
    }

    fn clear(&mut self) {
        self.due = self.due.min(self.last + self.apart + self.burst);
    }

    /// How long the next request has to wait.
    fn wait(&mut self, now: Duration) -> Duration {
        let due = self.due.max(now);
        self.due = due + self.apart;
        // What was not used up before may be sent at once.
        due.saturating_sub(self.burst).saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::ZERO;

    #[test]
    fn a_seconds_worth_goes_at_once_and_the_rest_is_spaced() {
        let mut turns = Turns::of(20);
        assert!((0..20).all(|_| turns.wait(NOW).is_zero()));
        let waits: Vec<u128> = (0..3).map(|_| turns.wait(NOW).as_millis()).collect();
        assert_eq!(waits, [50, 100, 150]);
    }

    #[test]
    fn a_pause_allows_another_burst_but_no_larger_one() {
        let mut turns = Turns::of(5);
        assert!((0..5).all(|_| turns.wait(NOW).is_zero()));
        let later = Duration::from_secs(60);
        assert!((0..5).all(|_| turns.wait(later).is_zero()));
        assert_eq!(turns.wait(later).as_millis(), 200);
    }

    #[test]
    fn one_a_second_is_one_a_second() {
        let mut turns = Turns::of(1);
        let waits: Vec<u64> = (0..3).map(|_| turns.wait(NOW).as_secs()).collect();
        assert_eq!(waits, [0, 1, 2]);
    }

    #[test]
    fn who_comes_after_a_queue_that_is_gone_does_not_wait_for_it() {
        for per_second in [1, 4] {
            let mut turns = Turns::of(per_second);
            for _ in 0..50 {
                turns.wait(NOW);
            }
            turns.last = Duration::from_secs(3);
            turns.clear();
            let wait = turns.wait(Duration::from_secs(3));
            assert_eq!(wait, turns.apart, "{per_second}");
        }
        let mut idle = Turns::of(4);
        idle.clear();
        assert!(idle.wait(NOW).is_zero());
    }

    #[test]
    fn every_request_is_counted() {
        let pace = Pace::new(3);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.expect("a runtime");
        runtime.block_on(async {
            for _ in 0..3 {
                pace.turn().await;
            }
        });
        assert_eq!(pace.sent(), 3);
        // One that never comes to its turn was never sent.
        runtime.block_on(async {
            let never = tokio::time::timeout(Duration::from_millis(1), async {
                for _ in 0..9 {
                    pace.turn().await;
                }
            });
            assert!(never.await.is_err());
        });
        assert!(pace.sent() < 12);
    }
}
