//! The lab: real network faults in namespaces of this host, and what the real binary says about each as an ordinary user.
//!
//! Every file in `faults/` is a fault or a healthy peculiarity. A namespace for the client, three for routers and one for
//! everything far away are made anew under names of this process; nothing leaves them.
#![expect(clippy::print_stdout, reason = "the lab prints its table")]
#![expect(
    clippy::print_stderr,
    reason = "the lab says on the terminal what it is doing"
)]

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;

mod certificates;
mod far;
mod fault;
mod network;
mod place;
mod play;
mod record;
mod table;
mod verdict;

use fault::Fault;
use place::Place;
use record::Recorder;
use table::Line;

/// Sets of namespaces that are used at once: nearly all of a fault's time is waiting.
const SETS: usize = 4;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: the lab broke: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let faults = chosen(Fault::all()?, &words);
    if words.iter().any(|word| word == "--list") {
        for fault in &faults {
            println!("{}: test", fault.name);
        }
        return Ok(ExitCode::SUCCESS);
    }
    if faults.is_empty() {
        println!("lab: 0 passed, 0 failed: no fault is called so");
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(missing) = place::missing() {
        println!("*** NOT RUN: the lab needs {missing}; scripts/test installs what it can ***");
        return Ok(ExitCode::SUCCESS);
    }
    network::remove_leftovers();
    place::remove_leftovers();
    let begun = Instant::now();
    let place = Place::make()?;
    let recorder = Mutex::new(Recorder::of_environment()?);
    let lines = play_all(&place, faults, &recorder);
    print!("{}", table::table(&lines));
    let failed = lines.iter().filter(|line| !line.wrong.is_empty()).count();
    println!(
        "\nlab: {} passed, {failed} failed, in {:.0} s",
        lines.len() - failed,
        begun.elapsed().as_secs_f64()
    );
    let recorder = recorder
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let written = recorder.write()?;
    if written > 0 {
        println!("lab: {written} recorded in tests/scenarios/lab");
    }
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The faults whose name holds one of the words; all when no word is given.
fn chosen(mut faults: Vec<Fault>, words: &[String]) -> Vec<Fault> {
    let exact = words.iter().any(|word| word == "--exact");
    let names: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    if !names.is_empty() {
        faults.retain(|fault| {
            let fits = |name: &&String| {
                if exact {
                    fault.name == **name
                } else {
                    fault.name.contains(name.as_str())
                }
            };
            names.iter().any(fits)
        });
    }
    faults
}

fn play_all(place: &Place, faults: Vec<Fault>, recorder: &Mutex<Recorder>) -> Vec<Line> {
    let sets = SETS.min(faults.len());
    let queue = Mutex::new(VecDeque::from(faults));
    let lines = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for set in 0..sets {
            let (queue, lines) = (&queue, &lines);
            scope.spawn(move || {
                let mut stage = None;
                loop {
                    let next = queue
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .pop_front();
                    let Some(fault) = next else { break };
                    let line = one(place, set, &mut stage, fault, recorder);
                    eprintln!("lab: {}", line.short());
                    lines
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(line);
                }
            });
        }
    });
    let mut lines = lines.into_inner().unwrap_or_else(PoisonError::into_inner);
    lines.sort_by(|a, b| a.fault.name.cmp(&b.fault.name));
    lines
}

/// Plays a fault on a stage, which is made when there is none yet and thrown away when the fault could not be undone.
fn one<'p>(
    place: &'p Place,
    set: usize,
    stage: &mut Option<play::Stage<'p>>,
    fault: Fault,
    recorder: &Mutex<Recorder>,
) -> Line {
    let outcome = (|| {
        if stage.is_none() {
            *stage = Some(play::Stage::make(place, set).context("cannot make the namespaces")?);
        }
        let stage = stage.as_mut().context("no stage")?;
        stage.play(&fault)
    })();
    match outcome {
        Ok(seen) => {
            if fault.leaves_traces() {
                *stage = None;
            }
            let mut wrong = verdict::compare(&fault, &seen);
            // What was seen of a fault that is not as it should be would be expected from then on.
            if wrong.is_empty() {
                let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
                let taken = recorder.take(&fault, &seen);
                wrong.extend(taken.err().map(|error| format!("not recorded: {error:#}")));
            }
            Line::of(fault, seen.causes(), seen.took, wrong)
        }
        Err(error) => {
            *stage = None;
            let wrong = vec![format!("could not be played: {error:#}")];
            Line::of(fault, Vec::new(), Duration::ZERO, wrong)
        }
    }
}
