//! The signals that end a run: Ctrl-C, SIGTERM (`timeout`, systemd, cron) and SIGHUP (the terminal or the ssh session went away).
//!
//! They are caught from the first moment of the process to its last, by a thread of their own. A run that gathers takes notice at
//! once and tells what it knows; whatever else hangs (an input that never ends, a reader that does not read) is ended here.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use super::runtime::runtime;

/// What has no run to tell of ends so long after the first signal: its last moments are left to it.
const WITHOUT_RUN: Duration = Duration::from_secs(1);

/// The longest that a run may take, after the first signal, to end its tokens and to write its reports: whoever sent SIGTERM sends
/// SIGKILL soon after.
const WITH_RUN: Duration = Duration::from_secs(20);

/// So many signals mean that somebody wants it to end whatever is lost: a second one is often sent by the same hand as the first.
const IMPATIENT: usize = 3;

static RECEIVED: LazyLock<watch::Sender<Option<Signal>>> =
    LazyLock::new(|| watch::Sender::new(None));
/// There is a run to tell of.
static RUNS: AtomicBool = AtomicBool::new(false);
/// The run was cut short.
static CUT: AtomicBool = AtomicBool::new(false);

/// A signal that ends a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: the terminal went away.
    Hangup,
    /// SIGINT, Ctrl-C.
    Interrupt,
    /// SIGTERM; on Windows the closing of the console, the end of the session or of the system.
    Terminate,
}

impl Signal {
    /// The status of a process that it ended: 128 and its number (POSIX shells).
    pub fn exit_status(self) -> u8 {
        128 + match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Terminate => 15,
        }
    }
}

/// Catches the signals from here on; `ending` is called when the process is ended without a run's own end, with whether there
/// is a run.
///
/// Where the system refuses what catching needs, they end the process as they always do.
pub fn listen(ending: fn(Signal, bool)) {
    let (ready, installed) = mpsc::channel();
    let listener = thread::Builder::new().name("signals".into());
    let listener = listener.spawn(move || {
        let Ok(runtime) = runtime() else { return };
        runtime.block_on(async {
            let Ok(signals) = system::Signals::new() else {
                return;
            };
            let _ = ready.send(());
            drop(ready);
            let signal = ended(signals).await;
            ending(signal, RUNS.load(Ordering::SeqCst));
            #[expect(
                clippy::exit,
                reason = "the main thread hangs in something that no signal ends"
            )]
            std::process::exit(signal.exit_status().into());
        });
    });
    // The other end is dropped, and this returns, when they cannot be caught.
    if listener.is_ok() {
        let _ = installed.recv();
    }
}

/// The first signal, once it is there.
pub async fn received() -> Signal {
    let mut received = RECEIVED.subscribe();
    let signal = received.wait_for(Option::is_some).await;
    match signal.ok().and_then(|signal| *signal) {
        Some(signal) => signal,
        None => std::future::pending().await,
    }
}

/// The signal that cut a run short, when one did; one that came when everything was known already changes nothing.
pub fn cut_by() -> Option<Signal> {
    let signal = *RECEIVED.borrow();
    signal.filter(|_| CUT.load(Ordering::SeqCst))
}

/// Whether a signal is there.
pub(super) fn is_received() -> bool {
    RECEIVED.borrow().is_some()
}

/// From here on there is a run to tell of.
pub fn run_begins() {
    RUNS.store(true, Ordering::SeqCst);
}

/// A signal ended the run before everything was known.
pub(super) fn run_is_cut() {
    CUT.store(true, Ordering::SeqCst);
}

/// Tells whoever gathers of the first signal, and returns it when the process has to be ended from here.
async fn ended(mut signals: system::Signals) -> Signal {
    let first = signals.next().await;
    RECEIVED.send_replace(Some(first));
    let impatient = async {
        for _ in 1..IMPATIENT {
            signals.next().await;
        }
    };
    let patient = async {
        tokio::time::sleep(WITHOUT_RUN).await;
        if RUNS.load(Ordering::SeqCst) {
            tokio::time::sleep(WITH_RUN).await;
        }
    };
    tokio::select! {
        () = impatient => {}
        () = patient => {}
    }
    first
}

#[cfg(unix)]
mod system {
    use std::io;

    use tokio::signal::unix::{self, SignalKind};

    use super::Signal;

    /// The signals of this process that it was not told to ignore.
    pub(super) struct Signals {
        /// Caught so that a file which grows too large is an error of writing, and no end of the process.
        _file_too_large: io::Result<unix::Signal>,
        hangup: Option<unix::Signal>,
        interrupt: Option<unix::Signal>,
        terminate: Option<unix::Signal>,
    }

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            let ignored = ignored();
            let caught = |kind: SignalKind| {
                let bit = 1 << (kind.as_raw_value() - 1);
                (ignored & bit == 0).then(|| unix::signal(kind)).transpose()
            };
            Ok(Self {
                _file_too_large: unix::signal(SignalKind::from_raw(nix::libc::SIGXFSZ)),
                hangup: caught(SignalKind::hangup())?,
                interrupt: caught(SignalKind::interrupt())?,
                terminate: caught(SignalKind::terminate())?,
            })
        }

        pub(super) async fn next(&mut self) -> Signal {
            tokio::select! {
                () = next(&mut self.hangup) => Signal::Hangup,
                () = next(&mut self.interrupt) => Signal::Interrupt,
                () = next(&mut self.terminate) => Signal::Terminate,
            }
        }
    }

    async fn next(signal: &mut Option<unix::Signal>) {
        let came = match signal {
            Some(signal) => signal.recv().await,
            None => None,
        };
        if came.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// The signals that whoever started this process wants ignored (`nohup`), a bit each as proc(5) writes them; none where the
    /// system does not say.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let bits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        bits.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
            .unwrap_or_default()
    }
}

#[cfg(windows)]
mod system {
    use std::io;

    use tokio::signal::windows;

    use super::Signal;

    /// What Windows tells a console program.
    pub(super) struct Signals {
        interrupt: windows::CtrlC,
        stop: windows::CtrlBreak,
        close: windows::CtrlClose,
        logoff: windows::CtrlLogoff,
        shutdown: windows::CtrlShutdown,
    }

    impl Signals {
        pub(super) fn new() -> io::Result<Self> {
            Ok(Self {
                interrupt: windows::ctrl_c()?,
                stop: windows::ctrl_break()?,
                close: windows::ctrl_close()?,
                logoff: windows::ctrl_logoff()?,
                shutdown: windows::ctrl_shutdown()?,
            })
        }

        pub(super) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.interrupt.recv() => Signal::Interrupt,
                _ = self.stop.recv() => Signal::Interrupt,
                _ = self.close.recv() => Signal::Terminate,
                _ = self.logoff.recv() => Signal::Terminate,
                _ = self.shutdown.recv() => Signal::Terminate,
            }
        }
    }
}
