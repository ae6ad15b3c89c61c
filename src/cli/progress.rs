//! Live progress on standard error: how many facts are there, and which ones are waited for.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hybridcheck_core::facts::FactKey;
use hybridcheck_core::outside::Outside;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::gather::Observer;

/// Facts that are named while they run; more are counted.
const NAMED: usize = 3;

/// The longest name shown; a line of progress must not wrap.
const CAP: usize = 48;

const TICK: Duration = Duration::from_millis(120);

/// What is under way. When it is not enabled, it does nothing and costs nothing.
#[derive(Debug)]
pub(super) struct Progress(Option<Live>);

#[derive(Debug)]
struct Live {
    bar: ProgressBar,
    state: Arc<Mutex<State>>,
    phase: Duration,
}

#[derive(Debug, Default)]
struct State {
    planned: usize,
    finished: usize,
    /// In the order of their start: the first ones are those that hold the run up.
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    key: FactKey,
    since: Instant,
    limit: Duration,
}

impl Progress {
    /// Progress on standard error, of phases that may take so long each. The caller enables it only for a terminal.
    pub(super) fn new(enabled: bool, ascii: bool, phase: Duration) -> Self {
        if !enabled {
            return Self(None);
        }
        let progress = Self::on(ProgressDrawTarget::stderr(), ascii, phase);
        // Where this host grants no thread it moves with what is found; asking for one all the same would panic.
        if let Some(live) = &progress.0
            && std::thread::Builder::new().spawn(|| ()).is_ok()
        {
            live.bar.enable_steady_tick(TICK);
        }
        progress
    }

    fn on(target: ProgressDrawTarget, ascii: bool, phase: Duration) -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = Arc::clone(&state);
        let ticks = if ascii {
            r"|/-\ "
        } else {
            "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "
        };
        let style = ProgressStyle::with_template("{spinner} {facts}")
            .expect("the template is fixed and valid")
            .tick_chars(ticks)
            .with_key(
                "facts",
                move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let text = locked(&shared).text(Instant::now(), ascii);
                    // A line of progress that cannot be written is no reason to stop.
                    let _ = out.write_str(&text);
                },
            );
        let bar = ProgressBar::with_draw_target(None, target).with_style(style);
        Self(Some(Live { bar, state, phase }))
    }

    fn change(&self, change: impl FnOnce(&Live, &mut State)) {
        if let Some(live) = &self.0 {
            change(live, &mut locked(&live.state));
            // Drawing asks for the state again, so the lock is released before.
            live.bar.tick();
        }
    }
}

impl Observer for Progress {
    fn planned(&self, number: usize) {
        self.change(|_, state| state.planned = number);
    }

    fn started(&self, key: &FactKey) {
        self.change(|live, state| {
            state.running.push(Running {
                key: key.clone(),
                since: Instant::now(),
                limit: live.phase,
            });
        });
    }

    fn finished(&self, key: &FactKey) {
        self.change(|_, state| {
            state.running.retain(|running| running.key != *key);
            state.finished += 1;
        });
    }

    /// Takes everything off the screen; the report or a message follows.
    fn ended(&self) {
        if let Some(live) = &self.0 {
            live.bar.disable_steady_tick();
            live.bar.finish_and_clear();
        }
    }
}

impl State {
    fn text(&self, now: Instant, ascii: bool) -> String {
        let all = self.planned.max(self.finished + self.running.len());
        let mut text = format!("{} of {all} facts gathered", self.finished);
        for running in self.running.iter().take(NAMED) {
            let name = shown(&running.key, ascii);
            let waited = now.saturating_duration_since(running.since).as_secs();
            let limit = running.limit.as_secs();
            let _ = write!(text, "\n  waiting for {name}, {waited} s of {limit} s");
        }
        let more = self.running.len().saturating_sub(NAMED);
        if more > 0 {
            let _ = write!(text, "\n  and {more} more");
        }
        text
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A fact's name, safe for the terminal; host names come from files.
fn shown(key: &FactKey, ascii: bool) -> String {
    let name = Outside::of(key.to_string()).shown(CAP).to_string();
    if !ascii {
        return name;
    }
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '…' => out.push_str("..."),
            c if c.is_ascii() => out.push(c),
            c => out.extend(c.escape_unicode()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io;

    use hybridcheck_core::endpoint::{Endpoint, Host};
    use indicatif::TermLike;

    use super::*;

    const PHASE: Duration = Duration::from_secs(5);

    /// A terminal that only remembers what was written and how often lines were cleared.
    #[derive(Clone, Debug, Default)]
    struct Paper(Arc<Mutex<(String, usize)>>);

    impl Paper {
        fn text(&self) -> String {
            self.0.lock().expect("paper").0.clone()
        }

        fn clears(&self) -> usize {
            self.0.lock().expect("paper").1
        }
    }

    impl TermLike for Paper {
        fn width(&self) -> u16 {
            100
        }

        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }

        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)?;
            self.write_str("\n")
        }

        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().expect("paper").0.push_str(text);
            Ok(())
        }

        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().expect("paper").1 += 1;
            Ok(())
        }

        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn tcp(host: &str) -> FactKey {
        FactKey::tcp(
            Endpoint {
                host: Host::of(host),
                port: 443,
            },
            [127, 0, 0, 1],
        )
    }

    fn state(hosts: &[&str], since: Instant) -> State {
        let running = hosts.iter().map(|host| Running {
            key: tcp(host),
            since,
            limit: PHASE,
        });
        State {
            planned: 9,
            finished: 4,
            running: running.collect(),
        }
    }

    #[test]
    fn the_oldest_are_named_with_how_long_they_take() {
        let start = Instant::now();
        let mut state = state(&["a.example", "b.example"], start);
        state.running[0].limit = Duration::from_secs(9);
        assert_eq!(
            state.text(start + Duration::from_millis(3_200), true),
            "4 of 9 facts gathered\n  waiting for TCP to a.example:443 at 127.0.0.1, 3 s of 9 s\
             \n  waiting for TCP to b.example:443 at 127.0.0.1, 3 s of 5 s"
        );
    }

    #[test]
    fn more_than_a_few_are_counted() {
        let start = Instant::now();
        let text = state(&["a", "b", "c", "d", "e"], start).text(start, true);
        assert!(text.ends_with("\n  and 2 more"), "{text}");
        assert_eq!(text.lines().count(), 5);
    }

    #[test]
    fn facts_that_nobody_planned_still_fit_in_the_count() {
        let start = Instant::now();
        let mut state = state(&["a", "b"], start);
        state.planned = 1;
        assert!(state.text(start, true).starts_with("4 of 6 facts"));
    }

    #[test]
    fn hostile_names_do_not_reach_the_terminal() {
        let name = shown(&tcp("\u{1b}[2J\u{202e}é"), true);
        assert!(name.is_ascii() && !name.contains('\u{1b}'), "{name}");
        assert!(shown(&tcp(&"x".repeat(300)), false).chars().count() <= CAP + 1);
    }

    #[test]
    fn what_is_under_way_is_drawn_and_taken_away_again() {
        let paper = Paper::default();
        let target = ProgressDrawTarget::term_like(Box::new(paper.clone()));
        let progress = Progress::on(target, true, PHASE);
        progress.planned(2);
        progress.started(&tcp("a.example"));
        if let Some(live) = &progress.0 {
            live.bar.force_draw();
        }
        let text = paper.text();
        assert!(text.contains("0 of 2 facts gathered"), "{text}");
        assert!(text.contains("waiting for TCP to a.example:443"), "{text}");
        progress.finished(&tcp("a.example"));
        let clears = paper.clears();
        progress.ended();
        assert!(paper.clears() > clears);
    }

    #[test]
    fn disabled_progress_holds_nothing() {
        let progress = Progress::new(false, false, PHASE);
        progress.planned(3);
        progress.started(&tcp("a"));
        progress.finished(&tcp("a"));
        progress.ended();
        assert!(progress.0.is_none());
    }
}
