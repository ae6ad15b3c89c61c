//! Servers that only `openssl s_server` can play: the oldest versions of TLS.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hybridcheck_testkit::openssl;

use crate::support::{object_file, run};

/// `openssl s_server` on a free port; ends with the value.
struct Server {
    child: Child,
    port: u16,
}

impl Server {
    fn start(folder: &std::path::Path, arguments: &[&str]) -> Self {
        let pair = openssl::pair().expect("a certificate");
        let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        std::fs::write(&certificate, pair.certificate).expect("written");
        std::fs::write(&key, pair.key).expect("written");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let child = Command::new("openssl")
            .args([
                "s_server",
                "-quiet",
                "-accept",
                &format!("127.0.0.1:{port}"),
            ])
            .arg("-cert")
            .arg(certificate)
            .arg("-key")
            .arg(key)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs the openssl command");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "it does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, port }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn causes(arguments: &[&str]) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(folder.path(), arguments);
    let object = object_file(
        folder.path(),
        "https://login.mypurecloud.de/oauth/token",
        "https://api.mypurecloud.de/api/",
    );
    let to = format!("::127.0.0.1:{}", server.port);
    let object = object.display().to_string();
    let checked = run([
        "check",
        &object,
        "--connect-to",
        &to,
        "--timeout",
        "20s",
        "--only",
        "tls",
        "--format",
        "json",
    ]);
    let causes = checked.json().causes.into_iter();
    causes
        .map(|cause| (cause.cause.0, cause.sentence))
        .collect()
}

#[test]
fn a_server_of_tls_1_1_and_1_0_is_too_old_and_named_with_its_version() {
    for (flag, version) in [("-tls1_1", "TLS 1.1"), ("-tls1", "TLS 1.0")] {
        let found = causes(&[flag, "-cipher", "ALL:@SECLEVEL=0"]);
        let [(cause, sentence)] = &found[..] else {
            panic!("{flag}: {found:?}");
        };
        assert_eq!(cause, "tls-too-old");
        assert!(sentence.contains(version), "{sentence}");
    }
}

#[test]
fn a_server_of_tls_1_2_is_not_too_old() {
    let found = causes(&["-tls1_2"]);
    let named: Vec<&str> = found.iter().map(|(cause, _)| cause.as_str()).collect();
    assert_eq!(named, ["tls-not-trusted"]);
}

#[test]
fn a_server_without_a_common_cipher_is_cut_off_and_not_too_old() {
    let found = causes(&["-tls1_2", "-cipher", "AES128-SHA"]);
    let named: Vec<&str> = found.iter().map(|(cause, _)| cause.as_str()).collect();
    assert_eq!(named, ["tls-interrupted"]);
}
