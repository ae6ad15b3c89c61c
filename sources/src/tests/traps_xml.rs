//! The traps of XML, and of choosing among several objects.

use hybridcheck_core::object::{Form, Known, ValueType};
use test_case::test_case;

use super::super::read;
use super::{configuration, exposed, fixture, notes, object, refusal, value};

/// A transaction in the import form.
fn transaction(attributes: &str, inside: &str) -> String {
    format!(
        "<CfgTransaction {attributes}><userProperties>{inside}</userProperties></CfgTransaction>"
    )
}

fn data(inside: &str) -> String {
    format!("<CfgData><CfgCreate>{inside}</CfgCreate></CfgData>")
}

const OURS: &str =
    "id='CfgTransaction9' name='hybrid_integration' alias='hybrid_integration' type='21'";

#[test]
fn raw_line_breaks_read_as_blanks_and_references_survive() {
    let pair = "<list_pair key='saml'><str_pair key='certificate' value='a\nb\r\nc'/><str_pair key='pkey' value='a&#10;b&#13;&#10;c'/></list_pair>";
    let object = object("x.xml", data(&transaction(OURS, pair)));
    assert_eq!(value(&object, "saml", "certificate"), "a b c");
    assert_eq!(value(&object, "saml", "pkey"), "a\nb\r\nc");
}

#[test]
fn integers_binaries_and_default_namespaces() {
    let pair = "<list_pair key='saml'><int_pair key='expire_time' value='24'/><bin_pair key='pkey' value='RkFLRQ=='/><str_pair key='password'/></list_pair>";
    let text = data(&transaction(OURS, pair)).replacen("<CfgData", "<CfgData xmlns='urn:x'", 1);
    let object = object("x.xml", format!("\u{feff}\n  {text}"));
    let types = object.sections[0].options.iter().map(|o| o.value_type);
    let expected = [ValueType::Number, ValueType::Binary, ValueType::Null];
    assert_eq!(types.collect::<Vec<_>>(), expected);
    assert_eq!(object.place.to_string(), "x.xml:2");
}

#[test]
fn a_single_root_element_is_enough() {
    let object = object(
        "x.xml",
        "<CfgTransaction xmlns='u'><name value='hybrid_integration'/><type value='21'/></CfgTransaction>",
    );
    assert_eq!(object.form, Form::SdkXml);
    assert_eq!(object.alias, Known::Missing);
    assert_eq!(object.tenant, Known::Missing);
}

#[test]
fn a_document_type_is_refused() {
    let text = "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><CfgData>&a;</CfgData>";
    let error = refusal("x.xml", text);
    assert!(
        error.to_string().contains("document type declaration"),
        "{error}"
    );
}

#[test_case("<CfgData><a v='FAKE&real;'/></CfgData>", "&amp;"; "unknown entity")]
#[test_case("<CfgData>\n<a v='FAKE<real'/></CfgData>", "line 2"; "raw angle bracket")]
#[test_case("<CfgData><FAKE></CfgData>", "end tag"; "wrong end tag")]
#[test_case("<CfgData FAKE='1' FAKE='2'/>", "twice"; "attribute twice")]
#[test_case("<CfgData>", "too early"; "cut off")]
fn xml_errors_hold_nothing_of_the_input(text: &str, says: &str) {
    let error = refusal("x.xml", text);
    let shown = format!("{error} {error:?} {}", error.help());
    assert!(
        shown.contains(says) && !shown.contains("FAKE") && !shown.contains("real;"),
        "{shown}"
    );
}

#[test]
fn deep_xml_does_not_overflow() {
    let error = refusal(
        "x.xml",
        format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000)),
    );
    assert!(
        error.to_string().contains("nothing that looks like"),
        "{error}"
    );
}

#[test]
fn a_declared_code_page_is_honoured() {
    let mut bytes = b"<?xml version='1.0' encoding='windows-1251'?>".to_vec();
    let role =
        "<list_pair key='general'><str_pair key='default_agent_role_name' value='A'/></list_pair>";
    bytes.extend(data(&transaction(OURS, role)).bytes());
    let at = bytes.iter().rposition(|byte| *byte == b'A').unwrap();
    bytes[at] = 0xc0;
    let object = object("x.xml", bytes);
    assert_eq!(
        value(&object, "general", "default_agent_role_name"),
        "\u{410}"
    );
    assert!(object.notes.is_empty());
}

#[test]
fn the_message_says_what_was_found_and_what_is_near() {
    let error = read(&[fixture("application.xml")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no object hybrid_integration in the input: application.xml holds 1 CfgApplication, 1 CfgTransaction and objects named `hybrid_integrations`"
    );
    assert!(error.help().starts_with("is `hybrid_integrations` meant?"));
}

#[test]
fn another_type_is_a_stranger_beside_a_right_one() {
    let macros =
        "id='CfgTransaction8' name='hybrid_integration' type='22' tenantDBID='CfgTenant101'";
    let both = data(&(transaction(macros, "") + &transaction(OURS, "")));
    let configuration = configuration("x.xml", both);
    assert_eq!(configuration.objects.len(), 1);
    assert_eq!(configuration.objects[0].dbid, Known::Stated(9));
    assert_eq!(configuration.strangers.len(), 1);
    let stranger = &configuration.strangers[0];
    assert_eq!(stranger.kind, "22");
    assert_eq!(
        stranger.tenant.as_ref().and_then(|tenant| tenant.dbid),
        Some(101)
    );
}

#[test]
fn another_type_stays_when_there_is_no_right_one() {
    let macros = "name='hybrid_integration' type='22'";
    let object = object("x.xml", data(&transaction(macros, "")));
    assert_eq!(object.transaction_type, Known::Stated("22".into()));
}

#[test]
fn a_script_of_our_name_is_the_object_only_when_alone() {
    let script = "<CfgScript id='CfgScript4' name='hybrid_integration' type='1'/>";
    assert_eq!(
        object("x.xml", data(script)).object_type,
        Known::Stated("CfgScript".into())
    );
    let both = configuration("x.xml", data(&(script.to_owned() + &transaction(OURS, ""))));
    assert_eq!(both.objects.len(), 1);
    assert_eq!(both.strangers[0].kind, "CfgScript");
}

#[test_case("name='Hybrid_Integration' type='CFGTRTList'"; "other case")]
#[test_case("name='hybrid' alias='hybrid_integration' type='List'"; "alias only")]
#[test_case("name='hybrid_integration ' type='21'"; "blank in the name")]
fn a_name_that_is_almost_right_is_taken(attributes: &str) {
    let alone = object("x.xml", data(&transaction(attributes, "")));
    assert!(alone.name.stated().is_some());
    let both = data(&(transaction(attributes, "") + &transaction(OURS, "")));
    let configuration = configuration("x.xml", both);
    assert_eq!(configuration.objects.len(), 1);
    assert_eq!(configuration.strangers.len(), 1);
}

#[test]
fn objects_of_several_tenants_are_all_kept() {
    let of = |tenant: &str| transaction(&format!("{OURS} tenantDBID='{tenant}'"), "");
    let configuration = configuration(
        "x.xml",
        data(&(of("CfgProviderTenant1") + &of("CfgTenant101"))),
    );
    assert_eq!(configuration.objects.len(), 2);
    assert!(configuration.strangers.is_empty());
}

#[test]
fn deleted_objects_are_not_read_and_updates_are_noted() {
    let deleted = format!(
        "<CfgData><CfgDelete>{}</CfgDelete></CfgData>",
        transaction(OURS, "")
    );
    assert!(
        refusal("x.xml", deleted)
            .to_string()
            .starts_with("no object")
    );
    let updated = format!(
        "<CfgData><CfgUpdate>{}</CfgUpdate></CfgData>",
        transaction(OURS, "")
    );
    assert!(notes(&object("x.xml", updated))[0].contains("CfgUpdate"));
}

#[test]
fn pairs_outside_a_section_are_noted_without_their_value() {
    let pair = "<str_pair key='password' value='FAKE'/><list_pair key='ewt'><list_pair key='deep'/><str_pair key='client_id' value='FAKE'/></list_pair>";
    let object = object("x.xml", data(&transaction(OURS, pair)));
    assert_eq!(object.notes.len(), 2);
    assert_eq!(exposed(&object.sections[0].options[0].value), "FAKE");
    assert!(!format!("{object:?}").contains("FAKE"));
}

#[test]
fn a_loop_of_folders_ends() {
    let folders = "<CfgFolder id='CfgFolder1' name='A' type='12' folderDBID='CfgFolder2'/><CfgFolder id='CfgFolder2' name='B' folderDBID='CfgFolder1'/>";
    let ours = transaction(&format!("{OURS} folderDBID='CfgFolder1'"), "");
    let object = object("x.xml", data(&(folders.to_owned() + &ours)));
    let folder = object.folder.stated().unwrap();
    assert_eq!(folder.kind, Some("script".into()));
    assert_eq!(folder.path, ["B", "A"]);
}
