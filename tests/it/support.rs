//! Running the binary, writing objects, and a TLS server that logs every byte it is sent.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};

use hybridcheck_sandbox::Sandbox;
use hybridcheck_testkit::canaries::Canaries;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;

/// The binary with nothing of the caller's environment.
pub(crate) fn hybridcheck() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hybridcheck"));
    command
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .env("LANG", "C.UTF-8");
    command
}

/// Runs the binary with arguments.
pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Finished {
    Finished::of(
        &hybridcheck()
            .args(arguments)
            .output()
            .expect("the binary runs"),
    )
}

/// Every secret of a sandbox, to look for in every form.
pub(crate) fn canaries(sandbox: &Sandbox) -> Canaries {
    Canaries::of(sandbox.canaries()).expect("canaries")
}

/// A finished run.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    pub(crate) fn of(output: &Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Standard output as the run document.
    pub(crate) fn json(&self) -> hybridcheck_core::run::Run {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }
}

/// Placeholder values of an object that needs no key material; none of them is a real secret.
pub(crate) const SECRET: &str = "FAKE-canary-secret-0123456789abcdefghijk";
pub(crate) const PASSWORD: &str = "FAKE-canary-password";
pub(crate) const CLIENT: &str = "22222222-aaaa-4bbb-8ccc-222222222222";

/// Writes an option file whose two URLs are given.
pub(crate) fn object_file(folder: &Path, auth: &str, api: &str) -> PathBuf {
    let text = format!(
        "[general]\norganization_sname=acme-sample\norganization_id=00000000-1111-4222-8333-444444444444\n\
         default_agent_role_name=AI Agent\ndefault_supervisor_role_name=Supervisor\ndefault_admin_role_name=Admin\n\
         base_auth_url={auth}\nbase_service_url={api}\n\n\
         [saml]\nissuer=https://idp.acme.example/pureengage\ncertificate=FAKE\npkey=FAKE\npassword={PASSWORD}\nexpire_time=24\n\n\
         [saml_auth]\nclient_id=11111111-aaaa-4bbb-8ccc-111111111111\npassword={SECRET}1\n\n\
         [ewt]\nclient_id={CLIENT}\npassword={SECRET}2\n"
    );
    let path = folder.join("object.cfg");
    std::fs::write(&path, text).expect("a temporary file");
    path
}

/// A certificate authority made for one test.
pub(crate) struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Test Root");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn file(&self, folder: &Path) -> PathBuf {
        let path = folder.join("ca.pem");
        std::fs::write(&path, &self.pem).expect("a temporary file");
        path
    }

    fn config(&self, names: &[&str]) -> rustls::ServerConfig {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let leaf = CertificateParams::new(names)
            .expect("names")
            .signed_by(&key, &self.issuer)
            .expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .expect("a server")
    }
}

/// The whole HTTP/1.1 answer to a request, of which the head is given; nothing keeps silent.
type Answers = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A TLS server on loopback that logs what it is sent.
pub(crate) struct Logged {
    pub(crate) address: SocketAddr,
    log: Arc<Mutex<Vec<u8>>>,
}

impl Logged {
    /// Serves `names`, answering each request with `answer` (a whole HTTP/1.1 answer).
    pub(crate) fn start(authority: &Authority, names: &[&str], answer: String) -> Self {
        Self::answering(authority, names, move |_| Some(answer.clone()))
    }

    /// Serves `names`, answering each request as its head deserves.
    pub(crate) fn answering(
        authority: &Authority,
        names: &[&str],
        answers: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let answers: Answers = Arc::new(answers);
        let config = Arc::new(authority.config(names));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let log = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&log);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, log, answers) = (
                    Arc::clone(&config),
                    Arc::clone(&shared),
                    Arc::clone(&answers),
                );
                std::thread::spawn(move || serve(stream, config, &log, &answers));
            }
        });
        Self { address, log }
    }

    /// Everything sent inside TLS so far.
    pub(crate) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().expect("no panic in the server")).into_owned()
    }
}

fn serve(
    stream: TcpStream,
    config: Arc<rustls::ServerConfig>,
    log: &Mutex<Vec<u8>>,
    answers: &Answers,
) {
    let Ok(session) = rustls::ServerConnection::new(config) else {
        return;
    };
    let mut stream = rustls::StreamOwned::new(session, stream);
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        request.extend_from_slice(&buffer[..count]);
        log.lock()
            .expect("no panic in the server")
            .extend_from_slice(&buffer[..count]);
        if request.windows(4).any(|end| end == b"\r\n\r\n") {
            let answer = answers(&String::from_utf8_lossy(&request));
            request.clear();
            if let Some(answer) = answer
                && stream.write_all(answer.as_bytes()).is_err()
            {
                return;
            }
        }
    }
}

/// A whole JSON answer.
pub(crate) fn json_answer(status: &str, extra: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{extra}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}
