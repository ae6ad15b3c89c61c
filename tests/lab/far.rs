//! Servers: started in a namespace, waited for, and ended with their handle.

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::network::Network;

/// The longest a server may take to open its socket. Proxies are slow when several begin at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    /// Starts a command and waits until its socket is open; what it says goes to a file.
    pub(crate) fn start(
        network: &Network,
        role: &str,
        command: &str,
        ready: &str,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let mut words = command.split_whitespace();
        let program = words.next().context("no command")?;
        let child = network
            .command(role, program)
            .args(words)
            .env("TMPDIR", log.parent().unwrap_or(Path::new("/tmp")))
            .stdout(File::create(log)?)
            .stderr(File::options().append(true).open(log)?)
            .spawn()
            .with_context(|| command.to_owned())?;
        let mut running = Self(child);
        let begun = Instant::now();
        while !running.is_open(ready)? {
            if running.0.try_wait()?.is_some() {
                bail!("{command}: ended: {}", std::fs::read_to_string(log)?);
            }
            if begun.elapsed() > PATIENCE {
                bail!(
                    "{command}: no socket {ready}: {}",
                    std::fs::read_to_string(log)?
                );
            }
            std::thread::sleep(Duration::from_millis(15));
        }
        Ok(running)
    }

    /// Whether the socket, such as `tcp/8443`, is open in the server's namespace and is this server's or its child's.
    fn is_open(&self, socket: &str) -> anyhow::Result<bool> {
        let (protocol, port) = socket.split_once('/').context("tcp/PORT or udp/PORT")?;
        let wanted = format!(":{:04X}", port.parse::<u16>()?);
        // 0A is LISTEN; a bound UDP socket is 07.
        let state = if protocol == "tcp" { "0A" } else { "07" };
        for table in [protocol.to_owned(), format!("{protocol}6")] {
            let path = format!("/proc/{}/net/{table}", self.0.id());
            let text = std::fs::read_to_string(path).unwrap_or_default();
            let open = text.lines().skip(1).any(|line| {
                let mut fields = line.split_whitespace().skip(1);
                let local = fields.next().unwrap_or_default();
                let of_state = fields.nth(1).unwrap_or_default();
                local.ends_with(&wanted) && of_state == state
            });
            if open {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
