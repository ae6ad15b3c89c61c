//! An input that is more than an object: what was read is kept and counted, and what was not is told.

use std::fmt::Write as _;

use super::{configuration, input, refusal};
use crate::read;

/// What is told of an input that is more than an object.
fn told(name: &str, text: &str) -> Vec<String> {
    let unread = configuration(name, text).unread;
    unread
        .iter()
        .map(|note| format!("{}: {}", note.place, note.text))
        .collect()
}

/// An option file of so many sections with so many options each.
fn option_file(sections: usize, options: usize) -> String {
    let mut text = String::new();
    for section in 0..sections {
        let _ = writeln!(text, "[general{section}]\nbase_auth_url=x");
        for option in 1..options {
            let _ = writeln!(text, "option_{option}=1");
        }
    }
    text
}

#[test]
fn the_bounds_are_the_last_counts_that_pass() {
    assert!(told("x.cfg", &option_file(1, 2000)).is_empty());
    assert!(told("x.cfg", &option_file(500, 4)).is_empty());
    assert_eq!(
        told("x.cfg", &option_file(1, 2001)),
        [
            "x.cfg:2002: this is more than an object; here is what was read: 1 of 1 sections, 2000 of 2001 options, 0 of 0 remarks; the rest was not judged"
        ]
    );
    assert_eq!(
        told("x.cfg", &option_file(501, 2)),
        [
            "x.cfg:1501: this is more than an object; here is what was read: 500 of 501 sections, 1000 of 1002 options, 0 of 0 remarks; the rest was not judged"
        ]
    );
}

#[test]
fn repeats_of_one_option_count_as_options() {
    let text = format!("[general]\n{}", "organization_id=x\n".repeat(40_000));
    let configuration = configuration("x.cfg", &text);
    assert_eq!(configuration.objects[0].sections[0].options.len(), 2000);
    assert!(
        configuration.unread[0]
            .text
            .contains("2000 of 40000 options")
    );
}

#[test]
fn lines_that_are_none_of_an_object_are_counted() {
    let junk = |lines| format!("[general]\nbase_auth_url=x\n{}", "junk\n".repeat(lines));
    assert!(told("x.cfg", &junk(500)).is_empty());
    assert_eq!(
        told("x.cfg", &junk(100_000)),
        [
            "x.cfg:22: this is more than an object; here is what was read: 1 of 1 sections, 1 of 1 options, 20 of 100000 remarks; the rest was not judged"
        ]
    );
}

#[test]
fn every_form_is_bounded() {
    let json: Vec<String> = (0..2001).map(|at| format!("\"o{at}\":\"x\"")).collect();
    let nested = format!("{{\"general\":{{{}}}}}", json.join(","));
    let pairs: Vec<String> = (0..2001)
        .map(|at| format!(r#"{{"key":"o{at}","type":"str","value":"x"}}"#))
        .collect();
    let key_value = format!(
        r#"[{{"key":"general","type":"kvlist","value":[{}]}}]"#,
        pairs.join(",")
    );
    let raw = format!(
        r#"{{"__metadata__":{{}},"CFGTransaction":{{"name":"hybrid_integration","userProperties":{{"list_pair":{{"key":"general","str_pair":[{}]}}}}}}}}"#,
        pairs.join(",")
    );
    let mutagen = format!(
        r#"{{"__metadata__":{{}},"transactions":[{{"name":"hybrid_integration","userProperties":{nested}}}]}}"#
    );
    let mut xml = String::from(
        r#"<CfgData><CfgTransaction name="hybrid_integration" type="21"><userProperties><list_pair key="general">"#,
    );
    let mut csv = String::from("Action,Section,Option,Value\n");
    let mut rows = String::from("dbid,parent_dbid,prop_name,prop_value\n1,0,general,\n");
    let mut yaml = String::from("general:\n");
    for at in 0..2001 {
        let _ = write!(xml, r#"<str_pair key="o{at}" value="x"/>"#);
        let _ = writeln!(csv, "add,general,o{at},x");
        let _ = writeln!(rows, "{},1,o{at},x", at + 2);
        let _ = writeln!(yaml, "  o{at}: x");
    }
    xml.push_str("</list_pair></userProperties></CfgTransaction></CfgData>");
    for (name, text) in [
        ("nested.json", &nested),
        ("key-value.json", &key_value),
        ("raw.json", &raw),
        ("mutagen.json", &mutagen),
        ("x.xml", &xml),
        ("x.csv", &csv),
        ("rows.csv", &rows),
        ("x.yaml", &yaml),
    ] {
        let told = told(name, text);
        assert_eq!(told.len(), 1, "{name}");
        assert!(told[0].contains("2000 of 2001 options"), "{told:?}");
    }
}

#[test]
fn an_object_that_is_set_aside_is_not_told_of() {
    let object = |kind: &str, options: usize| {
        let option = r#"<str_pair key="o" value="x"/>"#.repeat(options);
        format!(
            r#"<CfgTransaction name="hybrid_integration" type="{kind}" tenantDBID="101"><userProperties><list_pair key="general">{option}</list_pair></userProperties></CfgTransaction>"#
        )
    };
    let text = format!(
        "<CfgData>\n{}\n{}\n</CfgData>",
        object("21", 3),
        object("1", 3000)
    );
    let configuration = configuration("x.xml", &text);
    assert_eq!(configuration.strangers.len(), 1);
    assert!(configuration.unread.is_empty());
}

#[test]
fn an_element_with_more_attributes_than_any_is_refused() {
    let attributes = |count: usize| {
        let mut text = String::from("<CfgData>\n<CfgTransaction name=\"hybrid_integration\"");
        for at in 1..count {
            let _ = write!(text, " a{at}='x'");
        }
        text + "/></CfgData>"
    };
    assert!(read(&[input("x.xml", attributes(500))]).is_ok());
    let error = refusal("x.xml", attributes(501)).to_string();
    assert!(error.contains("x.xml"), "{error}");
    assert!(error.contains("line 2") || error.contains(":2"), "{error}");
    assert!(
        error.contains("more attributes than any of Configuration Server"),
        "{error}"
    );
}
