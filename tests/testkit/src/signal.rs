//! Signals to other processes, by the `kill` that every shell has built in: the program is a package of its own, which a bare Debian lacks.

use std::io;
use std::process::{Command, Stdio};

/// Sends a signal, named as in `kill -NAME`; false when the process could not be reached.
pub fn send(name: &str, pid: u32) -> io::Result<bool> {
    let status = Command::new("sh")
        .args(["-c", r#"kill -s "$0" "$1""#, name, &pid.to_string()])
        .stderr(Stdio::null())
        .status()?;
    Ok(status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_ended_by_the_signal() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("a process");
        assert!(send("KILL", child.id()).expect("a shell"));
        assert!(!child.wait().expect("an end").success());
    }

    #[test]
    fn a_process_that_is_not_there_is_not_reached() {
        assert!(!send("TERM", u32::MAX).expect("a shell"));
    }
}
