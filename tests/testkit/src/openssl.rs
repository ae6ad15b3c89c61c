//! Key material made by the real `openssl` command at test time; nothing of it is ever committed.
//!
//! A missing command is an error that says so: a test that needs it must fail, never pass silently.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail, ensure};

/// The password that protects keys made here, unless a test says otherwise.
pub const PASSWORD: &str = "correct horse battery staple";

/// A certificate and its key, both PEM, the key without protection.
#[derive(Clone, Debug)]
pub struct Pair {
    /// `cert.pem`.
    pub certificate: String,
    /// `key.pem`.
    pub key: String,
}

/// Runs `openssl` with these arguments and this standard input; its standard output comes back.
pub fn run_bytes(arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("this test needs the `openssl` command (Debian: apt-get install openssl)")?;
    let mut stdin = child.stdin.take().context("openssl has no stdin")?;
    let input = input.to_vec();
    // A thread of its own, since openssl may write before it has read everything; it may also not read at all.
    let writer = thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output()?;
    let _ = writer.join();
    ensure!(
        output.status.success(),
        "openssl {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output.stdout)
}

/// As [`run_bytes`], for commands that read and write text.
pub fn run(arguments: &[&str], input: &str) -> Result<String> {
    Ok(String::from_utf8(run_bytes(arguments, input.as_bytes())?)?)
}

/// The documented recipe: a self-signed RSA 2048 certificate of ten years, and its key.
pub fn pair() -> Result<Pair> {
    pair_of(&["-newkey", "rsa:2048", "-days", "3652"])
}

/// A self-signed certificate and its key, with these arguments of `openssl req -new -x509`.
pub fn pair_of(arguments: &[&str]) -> Result<Pair> {
    let room = tempfile::tempdir()?;
    let key = room.path().join("key.pem");
    let key_path = key.to_str().context("a temporary path that is no text")?;
    let mut all = vec!["req", "-new", "-x509", "-nodes", "-batch", "-keyout"];
    all.push(key_path);
    if !arguments.contains(&"-subj") {
        all.extend(["-subj", "/C=DE/O=Acme/CN=pureengage"]);
    }
    all.extend_from_slice(arguments);
    let certificate = run(&all, "")?;
    Ok(Pair {
        certificate,
        key: std::fs::read_to_string(key)?,
    })
}

/// `openssl base64`: 64 columns and a line break at the end.
pub fn base64(text: &str) -> Result<String> {
    run(&["base64"], text)
}

/// `openssl base64 -A`: one line.
pub fn base64_line(bytes: &[u8]) -> Result<String> {
    let out = run_bytes(&["base64", "-A"], bytes)?;
    Ok(String::from_utf8(out)?)
}

/// The DER of a certificate.
pub fn certificate_der(certificate: &str) -> Result<Vec<u8>> {
    run_bytes(&["x509", "-outform", "DER"], certificate.as_bytes())
}

/// The DER of an unprotected key, PKCS#8.
pub fn key_der(key: &str) -> Result<Vec<u8>> {
    let arguments = ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"];
    run_bytes(&arguments, key.as_bytes())
}

/// The documented recipe: the key protected by `openssl rsa -aes256`.
pub fn protected(key: &str, password: &str) -> Result<String> {
    protected_by(&["rsa", "-aes256"], key, password)
}

/// The key protected by a command such as `rsa -traditional -des3` or `pkcs8 -topk8 -v2 aes128`; `-passout` is added here.
pub fn protected_by(arguments: &[&str], key: &str, password: &str) -> Result<String> {
    let passout = format!("pass:{password}");
    let mut all = arguments.to_vec();
    all.extend(["-passout", &passout]);
    // Single DES, RC2 and MD5 live in the provider `legacy`, which is not active by default.
    all.extend(["-provider", "legacy", "-provider", "default"]);
    let protected = run(&all, key)?;
    if !protected.contains("ENCRYPTED") {
        bail!("openssl {} did not protect the key", arguments.join(" "));
    }
    Ok(protected)
}

/// A PKCS#12 store of a pair.
pub fn pkcs12(pair: &Pair, password: &str) -> Result<Vec<u8>> {
    let passout = format!("pass:{password}");
    let both = format!("{}{}", pair.key, pair.certificate);
    run_bytes(
        &["pkcs12", "-export", "-passout", &passout],
        both.as_bytes(),
    )
}
