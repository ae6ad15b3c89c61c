//! Real SAML software accepts what is made here and agrees with what is read here: xmlsec1, signxml, python3-saml, lxml, the schema.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hybridcheck_core::object::HybridObject;
use hybridcheck_testkit::objects;
use roxmltree::Document;
use serde_json::{Value, json};

use super::super::canonical::Exclusive;
use super::super::{Verified, read};
use super::super::{Wish, judge, mint, verdict};
use super::{minted, now, object, pair, xml};
use crate::Moments;

const NASTY: &str = "& < > \" ' ]]> \r\n\t \u{e4}\u{f6}\u{fc}\u{a0}\u{1d11e}";

/// The Python with the tools, and whether `xmlsec1` runs; loudly nothing where `scripts/test` did not set them up.
#[expect(clippy::print_stdout, reason = "a test that cannot run says so loudly")]
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("HYBRIDCHECK_SAML_PYTHON").map(PathBuf::from);
    let runs = Command::new("xmlsec1").arg("--version").output().is_ok();
    if let (Some(python), true) = (python, runs) {
        return Some(python);
    }
    println!(
        "\n*** NOT RUN: tests with independent SAML tools need HYBRIDCHECK_SAML_PYTHON and xmlsec1; run scripts/test ***\n"
    );
    assert!(
        std::env::var_os("CI").is_none(),
        "CI must run this test through scripts/test"
    );
    None
}

fn driver(python: &Path, arguments: &[&str], input: &Value) -> Value {
    let mut child = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../tests/saml/independent.py"
        ))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin
        .write_all(input.to_string().as_bytes())
        .expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let complaint = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {complaint}"))
}

struct Room {
    python: PathBuf,
    folder: tempfile::TempDir,
}

impl Room {
    fn open() -> Option<Self> {
        let python = python()?;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("cert.pem"), &pair().certificate).expect("a file");
        std::fs::write(folder.path().join("key.pem"), &pair().key).expect("a file");
        Some(Self { python, folder })
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// What every tool says of a document; `ok` when it accepts it.
    fn judged(&self, xml: &str, object: &HybridObject) -> BTreeMap<String, String> {
        let wish = Wish {
            email: "ann@acme.example".into(),
            ..Wish::default()
        };
        let claims = mint(object, &wish, now()).expect("claims").claims().clone();
        let input = json!({"xml": xml, "issuer": claims.issuer, "audience": claims.audience, "acs": claims.recipient});
        let said = driver(&self.python, &["judge", &self.path("cert.pem")], &input);
        let mut said: BTreeMap<String, String> =
            serde_json::from_value(said).expect("tool and answer");
        let file = self.path("document.xml");
        std::fs::write(&file, xml).expect("a file");
        let xmlsec = Command::new("xmlsec1")
            .args(["--verify", "--id-attr:ID"])
            .arg("urn:oasis:names:tc:SAML:2.0:assertion:Assertion")
            .args(["--pubkey-cert-pem", &self.path("cert.pem"), &file])
            .output()
            .expect("xmlsec1 runs");
        let complaint = String::from_utf8_lossy(&xmlsec.stderr);
        let word = if xmlsec.status.success() {
            "ok".to_owned()
        } else {
            complaint.chars().take(300).collect()
        };
        said.insert("xmlsec1".into(), word);
        said
    }

    fn signed(&self, xml: &str, id: &str, signature: &str, digest: &str) -> String {
        let input = json!({"xml": xml, "id": id, "signature": signature, "digest": digest});
        let arguments = ["sign", &self.path("key.pem"), &self.path("cert.pem")];
        let signed = driver(&self.python, &arguments, &input);
        signed.as_str().expect("a document").to_owned()
    }
}

fn nasty() -> HybridObject {
    let object = objects::with(object(), "saml", "issuer", &format!("urn:x {NASTY}"));
    objects::with(
        object,
        "general",
        "organization_sname",
        &format!("acme {NASTY}"),
    )
}

#[test]
fn every_tool_accepts_response_and_assertion_of_plain_and_nasty_objects() {
    let Some(room) = Room::open() else { return };
    for object in [object(), nasty()] {
        let wish = Wish {
            email: "ann+<>&\"'@acme.example".replace(['<', '>'], "").into(),
            service_name: Some(format!("directory {NASTY}").into()),
            ..Wish::default()
        };
        let minted = mint(&object, &wish, now()).expect("an assertion");
        for is_response in [true, false] {
            for (tool, said) in room.judged(&xml(&minted, is_response), &object) {
                assert_eq!(said, "ok", "{tool}, response: {is_response}");
            }
        }
    }
}

#[test]
fn one_changed_character_fails_in_every_tool_and_here() {
    let Some(room) = Room::open() else { return };
    let object = object();
    let good = xml(&minted(&object), false);
    let value = good.split("SignatureValue>").nth(1).expect("a value");
    let first = if value.starts_with('A') { "B" } else { "A" };
    for (from, to) in [
        (">ann@acme.example<", ">bob@acme.example<".to_owned()),
        (">acme-sample<", ">acme-sampel<".to_owned()),
        (&value[..20], format!("{first}{}", &value[1..20])),
    ] {
        let bad = good.replacen(from, &to, 1);
        assert_ne!(bad, good);
        for (tool, said) in room.judged(&bad, &object) {
            let is_signature = tool != "schema";
            assert_eq!(said != "ok", is_signature, "{tool}: {said}");
        }
        let message = read(bad.as_bytes(), &[]).expect("a message");
        assert!(!message.signatures[0].holds());
    }
}

#[test]
fn canonical_forms_are_those_of_lxml_byte_for_byte() {
    let Some(room) = Room::open() else { return };
    let minted = minted(&nasty());
    let (response, assertion) = (xml(&minted, true), xml(&minted, false));
    let cases: Vec<(&str, &str, Vec<&str>)> = vec![
        (&response, "Response", vec![]),
        (&response, "Assertion", vec!["samlp", "saml"]),
        (&assertion, "SignedInfo", vec![]),
        (
            "<a:r xmlns:a='urn:a' xmlns:b='urn:b' xmlns='urn:d'><a:x b:y='1' z='2' a:y='3'/><n xmlns=''><m a:q=''/></n></a:r>",
            "r",
            vec![],
        ),
        (
            "<a:r xmlns:a='urn:a' xmlns:b='urn:b' xmlns='urn:d'><a:x><y xmlns=''/><b:z/></a:x></a:r>",
            "x",
            vec!["b", "nowhere"],
        ),
        (
            "<r xmlns:a='urn:a'><a:x xmlns:a='urn:b'><a:y xmlns:a='urn:a'/></a:x><a:x/></r>",
            "r",
            vec!["a"],
        ),
        (
            "<r xmlns='urn:1'><x xmlns=''><y xmlns='urn:1'/></x></r>",
            "x",
            vec![],
        ),
        (
            "<r xml:lang='de' xml:space='preserve' b='2' a='1' xmlns:z='urn:0' z:a='0'><x xml:id='i'/></r>",
            "r",
            vec![],
        ),
        (
            "<r a='&quot;&#9;&#10;&#13;&lt;&gt;&amp;&apos;  x\ty\nz'>&#13;&gt;\"'\r\n\r<![CDATA[a]]b<&>\r\n]]>]]&gt;</r>",
            "r",
            vec![],
        ),
        (
            "<?p before?><r>a<!-- c -->b<?p   data  x ?><?q?><!----></r>",
            "r",
            vec![],
        ),
        (
            "<\u{e4}:r xmlns:\u{e4}='urn:ae'><\u{e4}:x\n a = '1' /></\u{e4}:r >",
            "r",
            vec![],
        ),
    ];
    let wanted = driver(&room.python, &["canonical"], &json!(cases));
    for ((xml, name, prefixes), wanted) in cases.iter().zip(wanted.as_array().expect("forms")) {
        let document = Document::parse(xml).expect("XML");
        let apex = document
            .descendants()
            .find(|node| node.tag_name().name() == *name)
            .expect("the element");
        let exclusive = Exclusive {
            inclusive: prefixes.iter().map(ToString::to_string).collect(),
            comments: false,
        };
        assert_eq!(
            exclusive.element(apex, None).expect("a small message"),
            wanted.as_str().expect("text"),
            "{xml}"
        );
    }
}

/// lxml cannot be asked for `#default`, so xmlsec1 signs with it.
#[test]
fn prefix_lists_mean_what_xmlsec_means() {
    let Some(room) = Room::open() else { return };
    let minted = minted(&object());
    let good = xml(&minted, true);
    let begin = good.find("<ds:Signature ").expect("a signature");
    let end = good.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len();
    let id = &minted.claims().id;
    let method = |list: &str| {
        format!(
            "Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"><InclusiveNamespaces xmlns=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"{list}\"/>"
        )
    };
    for list in ["#default", "xs #default", "samlp", "nowhere"] {
        let signature = format!(
            "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>\
             <CanonicalizationMethod {method}</CanonicalizationMethod>\
             <SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
             <Reference URI=\"#{id}\"><Transforms>\
             <Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <Transform {method}</Transform></Transforms>\
             <DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue/></Reference></SignedInfo>\
             <SignatureValue/><KeyInfo><X509Data/></KeyInfo></Signature>",
            method = method(list)
        );
        // A default namespace and a prefix that only the list brings into the output.
        let template = format!("{}{signature}{}", &good[..begin], &good[end..]).replacen(
            "<samlp:Response ",
            "<samlp:Response xmlns=\"urn:default\" xmlns:xs=\"urn:xs\" ",
            1,
        );
        std::fs::write(room.path("template.xml"), template).expect("a file");
        let key = format!("{},{}", room.path("key.pem"), room.path("cert.pem"));
        let signed = Command::new("xmlsec1")
            .args(["--sign", "--id-attr:ID"])
            .arg("urn:oasis:names:tc:SAML:2.0:assertion:Assertion")
            .args(["--privkey-pem", &key, &room.path("template.xml")])
            .output()
            .expect("xmlsec1 runs");
        let complaint = String::from_utf8_lossy(&signed.stderr);
        assert!(signed.status.success(), "{complaint}");
        let message = read(&signed.stdout, &[]).expect("a message");
        assert!(
            message.signatures[0].holds(),
            "{list}: {:?}",
            message.signatures[0]
        );
    }
}

#[test]
fn what_signxml_signs_holds_here_whatever_the_algorithm() {
    let Some(room) = Room::open() else { return };
    let unsigned = {
        let signed = xml(&minted(&nasty()), true);
        let (begin, end) = (
            signed.find("<ds:Signature ").expect("a signature"),
            signed.find("</ds:Signature>").expect("its end") + "</ds:Signature>".len(),
        );
        // As other products write it: blanks between elements, types, comments.
        format!("{}{}", &signed[..begin], &signed[end..])
            .replace("<saml:AttributeValue>", "<saml:AttributeValue xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">")
            .replace("<saml:Conditions", "\n  <!-- c --> <saml:Conditions")
    };
    let id = |name: &str| {
        let document = Document::parse(&unsigned).expect("XML");
        let element = document
            .descendants()
            .find(|node| node.tag_name().name() == name)
            .expect("the element");
        element.attribute("ID").expect("an ID").to_owned()
    };
    let moments = Moments {
        as_of: now(),
        is_named: true,
    };
    for (element, signature, digest, is_weak) in [
        ("Assertion", "RSA_SHA256", "SHA256", false),
        ("Response", "RSA_SHA256", "SHA256", false),
        ("Assertion", "RSA_SHA384", "SHA384", false),
        ("Assertion", "RSA_SHA512", "SHA512", false),
        ("Assertion", "RSA_SHA1", "SHA1", true),
    ] {
        let signed = room.signed(&unsigned, &id(element), signature, digest);
        let message = read(signed.as_bytes(), &[]).expect("a message");
        let found = &message.signatures[0];
        assert!(found.holds(), "{element} {signature}: {found:?}");
        let remarks = judge(&message, moments);
        let weak = remarks
            .iter()
            .filter(|remark| remark.id == "weak-algorithm");
        assert_eq!(weak.count() > 0, is_weak, "{signature}");
        // A changed character is seen, whatever the algorithm.
        let changed = signed.replacen("ann@acme.example", "bob@acme.example", 1);
        let message = read(changed.as_bytes(), &[]).expect("a message");
        assert_eq!(message.signatures[0].digest, Verified::Broken);
        assert_eq!(message.signatures[0].value, Verified::Holds);
        assert_eq!(verdict(&judge(&message, moments)).exit_status(), 1);
    }
}
