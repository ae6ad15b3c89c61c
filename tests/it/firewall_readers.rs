//! What `firewall` prints, read back by those who have to: YAML, JavaScript, and Squid itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hybridcheck_testkit::signal;

use crate::firewall::{firewall, frankfurt};
use crate::support::object_file;

/// The first of these programs that is installed; says loudly what is not tested when none is.
#[expect(clippy::print_stdout, reason = "a test that cannot run says so loudly")]
fn installed(programs: &[&'static str]) -> Option<&'static str> {
    let runs = |program: &&&str| {
        Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok()
    };
    let found = programs.iter().find(runs).copied();
    if found.is_none() {
        println!("\n*** NOT RUN: needs one of {programs:?} ***\n");
    }
    found
}

#[test]
fn a_pac_file_chooses_the_proxy_for_these_hosts_only() {
    let Some(node) = installed(&["node", "nodejs"]) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = frankfurt(folder.path());
    let pac = firewall(&[&file, "--desktops", "--format", "pac"]).stdout;
    let script = format!(
        "function dnsDomainIs(host, domain) {{ return host.endsWith(domain); }}\n{pac}\n\
         const hosts = ['LOGIN.mypurecloud.de', 'apps.mypurecloud.de', 'ocsp.r2m01.amazontrust.com', 'evil-login.mypurecloud.de', 'example.org'];\n\
         console.log(hosts.map((host) => FindProxyForURL('https://' + host + '/', host)).join('\\n'));\n"
    );
    let output = Command::new(node)
        .args(["-e", &script])
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let answers = String::from_utf8_lossy(&output.stdout).into_owned();
    let answers: Vec<&str> = answers.lines().collect();
    let proxy = "PROXY proxy.invalid:8080";
    assert_eq!(answers, [proxy, proxy, proxy, "DIRECT", "DIRECT"]);
}

const SQUID: &[&str] = &["squid", "/usr/sbin/squid"];

/// A Squid in the foreground, ended with the test.
struct Running(Child);

impl Drop for Running {
    /// Squid is asked to end first: killed at once it would leave its shared memory behind.
    fn drop(&mut self) {
        let _ = signal::send("TERM", self.0.id());
        for _ in 0..100 {
            if !matches!(self.0.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The status line of Squid's answer to a CONNECT; tried until it listens.
fn asked(port: u16, target: &str) -> String {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) {
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .expect("a deadline");
            let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
            stream.write_all(request.as_bytes()).expect("Squid reads");
            let mut answer = [0; 64];
            let count = stream.read(&mut answer).expect("Squid answers");
            return String::from_utf8_lossy(&answer[..count]).into_owned();
        }
        assert!(Instant::now() < patience, "Squid does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn squid_lets_these_hosts_through_and_no_other() {
    let Some(squid) = installed(SQUID) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let rules = firewall(&[&frankfurt(folder.path()), "--format", "squid"]).stdout;
    let (allow, _) = rules
        .split_once("\n# Exempt from TLS inspection")
        .expect("both parts");
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|free| free.local_addr())
        .expect("a free port")
        .port();
    // Every name leads to this host, where nobody listens: a tunnel that is allowed fails later than one that is denied.
    let hosts = folder.path().join("hosts");
    std::fs::write(
        &hosts,
        "127.0.0.1 login.mypurecloud.de api.mypurecloud.de evil-login.mypurecloud.de apps.mypurecloud.de\n",
    )
    .expect("a file");
    let file = folder.path().join("squid.conf");
    let configuration = format!(
        "http_port 127.0.0.1:{port}\nhosts_file {}\ndns_nameservers 127.0.0.1\npid_filename none\ncache_log /dev/null\n\
         access_log none\ncache deny all\nnetdb_filename none\nshutdown_lifetime 0 seconds\nvisible_hostname squid.example\n\
         {allow}\nhttp_access deny all\n",
        hosts.display()
    );
    std::fs::write(&file, configuration).expect("a file");
    open_to_all(folder.path(), &[&hosts, &file]);
    let _squid = Running(
        Command::new(squid)
            // Shared memory is named after the service: what another user's Squid left behind is no matter.
            .args(["-n", &format!("hybridcheck{port}"), "-N", "-f"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("squid starts"),
    );
    let is_denied = |target| asked(port, target).starts_with("HTTP/1.1 403");
    for target in ["login.mypurecloud.de:443", "api.mypurecloud.de:443"] {
        assert!(!is_denied(target), "{target}");
    }
    for target in [
        "login.mypurecloud.de:8443",
        "evil-login.mypurecloud.de:443",
        "apps.mypurecloud.de:443",
    ] {
        assert!(is_denied(target), "{target}");
    }
}

/// Squid gives its rights up before it reads some of its files.
fn open_to_all(folder: &Path, files: &[&Path]) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::Permissions::from_mode;
        std::fs::set_permissions(folder, mode(0o755)).expect("rights");
        for file in files {
            std::fs::set_permissions(file, mode(0o644)).expect("rights");
        }
    }
    #[cfg(not(unix))]
    let _ = (folder, files);
}

#[test]
fn squid_itself_takes_the_configuration() {
    let Some(squid) = installed(SQUID) else {
        return;
    };
    let version = Command::new(squid).arg("-v").output().expect("squid runs");
    let has_tls = String::from_utf8_lossy(&version.stdout).contains("openssl");
    let folder = tempfile::tempdir().expect("a folder");
    let object = object_file(
        folder.path(),
        "https://gateway.acme.example:8443/oauth/token",
        "https://192.0.2.7/api/",
    );
    let (first, second) = (
        tempfile::tempdir().expect("a folder"),
        object.display().to_string(),
    );
    let first = frankfurt(first.path());
    for words in [&["--desktops"][..], &["--desktops", "--wildcards"], &[]] {
        let mut all = vec![first.as_str(), &second, "--format", "squid"];
        all.extend(words);
        let rules = firewall(&all).stdout;
        let (allow, splice) = rules
            .split_once("\n# Exempt from TLS inspection")
            .expect("both parts");
        let rules = if has_tls {
            format!("{allow}\n#{splice}")
        } else {
            allow.to_owned()
        };
        let file = folder.path().join("squid.conf");
        std::fs::write(
            &file,
            format!("http_port 127.0.0.1:3128\n{rules}\nhttp_access deny all\n"),
        )
        .expect("a file");
        let output = Command::new(squid)
            .args(["-k", "parse", "-f"])
            .arg(&file)
            .output()
            .expect("squid runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}\n{rules}");
        let complaint = said.lines().find(|line| {
            ["WARNING", "ERROR", "FATAL", "unrecognized"]
                .iter()
                .any(|word| line.contains(word))
                && line.contains("hybridcheck")
        });
        assert_eq!(complaint, None, "{said}");
        assert!(said.contains("Processing: http_access allow hybridcheck_connect hybridcheck_tcp_443_port hybridcheck_tcp_443"), "{said}");
    }
}

#[test]
fn the_template_is_yaml_with_the_names_as_targets() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = frankfurt(folder.path());
    let template = firewall(&[&file, "--format", "aws"]).stdout;
    let mut scalars = Vec::new();
    for event in saphyr_parser::Parser::new_from_str(&template) {
        if let (saphyr_parser::Event::Scalar(text, ..), _) = event.expect("YAML") {
            scalars.push(text.into_owned());
        }
    }
    let after = |word: &str| {
        let starts = scalars.iter().enumerate().filter(|(_, text)| *text == word);
        starts
            .map(|(at, _)| scalars[at + 1].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(after("TargetTypes"), ["TLS_SNI", "HTTP_HOST"]);
    assert_eq!(
        after("Targets"),
        ["login.mypurecloud.de", ".amazontrust.com"]
    );
    assert_eq!(after("GeneratedRulesType"), ["ALLOWLIST", "ALLOWLIST"]);
    assert!(scalars.contains(&"api.mypurecloud.de".to_owned()));
}
