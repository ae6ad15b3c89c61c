//! Compares what the binary said with what a fault's file expects.

use crate::fault::Fault;
use crate::play::Seen;

/// Everything that is wrong with it; nothing when it is as expected.
pub(crate) fn compare(fault: &Fault, seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    match &seen.run {
        Err(error) => wrong.push(error.clone()),
        Ok(run) => wrong = fault.expect.wrong(&run.causes, &run.rows),
    }
    if seen.status != Some(fault.expect.status()) {
        let expected = fault.expect.status();
        wrong.push(format!(
            "exit status {:?}, expected {expected}",
            seen.status
        ));
    }
    for (log, words) in &fault.expect.logged {
        let text = seen.logs.get(log).map_or("", String::as_str);
        for word in words {
            if !text.contains(word.as_str()) {
                wrong.push(format!("{log} does not say {word:?}"));
            }
        }
    }
    let took = seen.took.as_secs_f64();
    if took > fault.expect.within {
        wrong.push(format!(
            "took {took:.1} s, expected {:.1} s at most",
            fault.expect.within
        ));
    }
    wrong
}
