//! The traps of bytes, option files, tables, JSON and YAML, one test each.

use hybridcheck_core::object::{Known, ValueType};
use test_case::test_case;

use super::super::{Foreign, SourceError, read};
use super::{configuration, exposed, fixture, input, notes, object, refusal, value};

const SMALL: &str = "[general]\ndefault_agent_role_name=Prüfer\n";

fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test_case(SMALL.as_bytes().to_vec(); "utf 8")]
#[test_case([b"\xef\xbb\xbf", SMALL.as_bytes()].concat(); "utf 8 with mark")]
#[test_case(utf_16(&format!("\u{feff}{SMALL}"), u16::to_le_bytes); "utf 16 le with mark")]
#[test_case(utf_16(&format!("\u{feff}{SMALL}"), u16::to_be_bytes); "utf 16 be with mark")]
#[test_case(utf_16(SMALL, u16::to_le_bytes); "utf 16 le without mark")]
#[test_case(utf_16(SMALL, u16::to_be_bytes); "utf 16 be without mark")]
fn unicode_is_read_without_a_note(bytes: Vec<u8>) {
    let object = object("x.cfg", bytes);
    assert_eq!(
        value(&object, "general", "default_agent_role_name"),
        "Prüfer"
    );
    assert!(object.notes.is_empty());
}

#[test]
fn other_bytes_are_windows_1252_and_say_so() {
    let object = object(
        "x.cfg",
        b"[general]\ndefault_agent_role_name=Pr\xfcfer \x93x\x94\n",
    );
    assert_eq!(
        value(&object, "general", "default_agent_role_name"),
        "Prüfer \u{201c}x\u{201d}"
    );
    assert_eq!(object.notes.len(), 1);
    assert!(object.notes[0].text.contains("Windows-1252"));
}

#[test_case("\r\n"; "crlf")]
#[test_case("\r"; "cr alone")]
#[test_case("\n"; "lf")]
fn line_ends_never_enter_a_value(end: &str) {
    let text = [
        "[general]",
        "organization_sname=a",
        "",
        "[ewt]",
        "password=FAKE b",
    ]
    .join(end);
    let object = object("x.cfg", text);
    assert_eq!(value(&object, "general", "organization_sname"), "a");
    assert_eq!(value(&object, "ewt", "password"), "FAKE b");
    assert_eq!(
        object.option("ewt", "password").unwrap().place.to_string(),
        "x.cfg:5"
    );
}

#[test]
fn the_value_keeps_its_blanks_and_quotes_and_the_name_does_not() {
    let object = object(
        "x.cfg",
        "[saml]\n  issuer\t= \u{201c}a\u{a0}b\u{201d} \npassword=\"FAKE\"\n",
    );
    assert_eq!(
        value(&object, "saml", "issuer"),
        " \u{201c}a\u{a0}b\u{201d} "
    );
    assert_eq!(value(&object, "saml", "password"), "\"FAKE\"");
}

#[test]
fn the_first_equals_sign_splits() {
    let object = object("x.cfg", "[saml]\nissuer=https://x.example/?a=b=c\n");
    assert_eq!(value(&object, "saml", "issuer"), "https://x.example/?a=b=c");
}

#[test]
fn comment_signs_inside_a_value_are_data() {
    let object = object(
        "x.cfg",
        "#c\n; c=d\n[ewt]\npassword=FAKE;a#b\nclient_id=FAKE ; x\n # y\n",
    );
    assert_eq!(value(&object, "ewt", "password"), "FAKE;a#b");
    assert_eq!(value(&object, "ewt", "client_id"), "FAKE ; x");
    assert_eq!(object.sections[0].options.len(), 2);
    let notes = notes(&object);
    assert_eq!(notes.len(), 2);
    assert!(
        notes[0].starts_with("line 5 has a value with a blank"),
        "{notes:?}"
    );
    assert!(
        notes[1].starts_with("line 6 begins with blanks"),
        "{notes:?}"
    );
    assert!(notes.iter().all(|note| !note.contains("FAKE")));
}

#[test]
fn pem_lines_that_look_like_options_stay_in_the_value() {
    let pem = "-----BEGIN CERTIFICATE-----\nTk9UPQ==\nissuer==\nTk9U=\n\n-----END CERTIFICATE-----";
    let object = object(
        "x.cfg",
        format!("[saml]\ncertificate={pem}\npassword=FAKE\n"),
    );
    assert_eq!(value(&object, "saml", "certificate"), pem);
    assert_eq!(object.sections[0].options.len(), 2);
}

#[test]
fn a_chain_of_pem_blocks_is_one_value() {
    let pem = "-----BEGIN CERTIFICATE-----\nTk9U\n-----END CERTIFICATE-----";
    let object = object(
        "x.cfg",
        format!("[saml]\ncertificate={pem}\n{pem}\nissuer=i\n"),
    );
    assert_eq!(
        value(&object, "saml", "certificate"),
        format!("{pem}\n{pem}")
    );
    assert_eq!(value(&object, "saml", "issuer"), "i");
}

#[test_case("\n[ewt]\npassword=FAKE\n", "ewt"; "at the next section")]
#[test_case("\npassword=FAKE\n", "saml"; "at a documented option")]
fn an_unterminated_pem_ends(rest: &str, section: &str) {
    let pem = "-----BEGIN CERTIFICATE-----\nTk9UIEE=";
    let object = object("x.cfg", format!("[saml]\ncertificate={pem}{rest}"));
    assert_eq!(value(&object, "saml", "certificate"), pem);
    assert_eq!(value(&object, section, "password"), "FAKE");
    assert_eq!(
        notes(&object),
        ["line 2 begins a PEM block that has no END line"]
    );
}

#[test]
fn an_unterminated_pem_ends_with_the_file() {
    let object = object("x.cfg", "[saml]\npkey=-----BEGIN PRIVATE KEY-----\nTk9U");
    assert_eq!(
        value(&object, "saml", "pkey"),
        "-----BEGIN PRIVATE KEY-----\nTk9U"
    );
    assert_eq!(object.notes.len(), 1);
}

#[test]
fn wrapped_base64_is_one_value_and_an_empty_option_after_it_is_not() {
    let body = format!("{}\n{}\nTk9UPQ==", "TUlJ".repeat(16), "Tk9U".repeat(16));
    let text = format!(
        "[saml]\ncertificate={body}\npkey={}\ncertificate=\n",
        "TUlJ".repeat(16)
    );
    let object = object("x.cfg", text);
    let texts: Vec<&str> = object.sections[0]
        .options
        .iter()
        .map(|o| exposed(&o.value))
        .collect();
    assert_eq!(texts, [body.as_str(), &"TUlJ".repeat(16), ""]);
    assert!(object.notes.is_empty());
}

#[test]
fn a_value_may_begin_on_the_line_below_its_name() {
    let pem = "-----BEGIN CERTIFICATE-----\nTk9U\n-----END CERTIFICATE-----";
    let object = object("x.cfg", format!("[saml]\ncertificate=\n{pem}\n"));
    assert_eq!(value(&object, "saml", "certificate"), pem);
    assert_eq!(
        notes(&object),
        ["line 3 begins the value of the option above it"]
    );
}

#[test_case("\\n"; "literal line breaks")]
#[test_case(" "; "blanks")]
#[test_case(""; "nothing")]
fn a_pem_on_one_line_is_kept_as_it_is(between: &str) {
    let pem = [
        "-----BEGIN CERTIFICATE-----",
        "Tk9U",
        "-----END CERTIFICATE-----",
    ]
    .join(between);
    let object = object("x.cfg", format!("[saml]\ncertificate={pem}\nissuer=i\n"));
    assert_eq!(value(&object, "saml", "certificate"), pem);
    assert_eq!(value(&object, "saml", "issuer"), "i");
}

#[test]
fn junk_lines_are_noted_by_their_number_only() {
    let text = "[ewt]\nFAKE-junk\nclient_id=x\npassword: FAKE=abc\n=FAKE\n";
    let object = object("x.cfg", text);
    assert_eq!(object.sections[0].options.len(), 1);
    let lines: Vec<String> = object
        .notes
        .iter()
        .map(|note| note.place.to_string())
        .collect();
    assert_eq!(lines, ["x.cfg:2", "x.cfg:4", "x.cfg:5"]);
    assert!(!format!("{object:?}").contains("FAKE"));
}

#[test]
fn a_line_of_a_key_is_never_a_name() {
    let text = "[saml]\nRkFLRSBrZXkgb2Yg\nbm90aGluZyBhdCBhbGwgRkFLRQ==\nRkFLRUZBS0U=\nexpire_time=\npassword-FAKE=a\n";
    let object = object("x.cfg", text);
    let names: Vec<&str> = object.sections[0]
        .options
        .iter()
        .map(|option| option.name.raw())
        .collect();
    assert_eq!(names, ["expire_time"]);
    assert_eq!(object.notes.len(), 4);
}

#[test]
fn what_follows_a_bare_name_is_not_taken_for_an_option() {
    let object = object("x.cfg", "[ewt]\npassword\nFAKE=abc\nclient_id=x\n");
    assert_eq!(object.sections[0].options.len(), 1);
    assert_eq!(value(&object, "ewt", "client_id"), "x");
    assert_eq!(object.notes.len(), 2);
}

#[test]
fn the_rest_of_a_wrapped_secret_is_not_taken_for_an_option() {
    let text = "[ewt]\npassword=FAKE-a\n\nFAKE-b=c\nexpire_tme=1\nClient_Id=x\n";
    let object = object("x.cfg", text);
    let names: Vec<&str> = object.sections[0]
        .options
        .iter()
        .map(|option| option.name.raw())
        .collect();
    assert_eq!(names, ["password", "expire_tme", "Client_Id"]);
    assert_eq!(object.notes[0].place.to_string(), "x.cfg:4");
    assert!(!format!("{object:?}").contains("FAKE"));
}

#[test]
fn words_before_the_first_section_are_noted() {
    let object = object(
        "-",
        "Dear colleague, as promised\nFAKE=1\n[general]\norganization_sname=a\n",
    );
    assert_eq!(object.sections.len(), 1);
    assert_eq!(object.notes.len(), 2);
}

#[test]
fn many_junk_lines_make_few_notes() {
    let object = object("x.cfg", format!("[general]\n{}", "junk\n".repeat(500)));
    assert_eq!(object.notes.len(), 21);
    assert_eq!(
        object.notes[20].text,
        "480 more remarks on this input left out"
    );
}

#[test]
fn duplicates_are_kept_in_order_and_the_last_wins() {
    let text = "[ewt]\npassword=FAKE-1\npassword=FAKE-2\n[ewt]\nClient_ID=x\n";
    let object = object("x.cfg", text);
    assert_eq!(object.sections.len(), 2);
    assert_eq!(object.sections[0].options.len(), 2);
    assert_eq!(value(&object, "ewt", "password"), "FAKE-2");
    assert_eq!(object.sections[1].options[0].name, "Client_ID");
}

#[test]
fn the_file_name_may_tell_of_another_type() {
    let object = object("/tmp/CfgScript_annex_7 (1).cfg", SMALL);
    assert_eq!(object.object_type, Known::Stated("CfgScript".into()));
    assert_eq!(object.dbid, Known::Stated(7));
}

const ROWS: &str = "DBID;OBJECT_DBID;OBJECT_TYPE;PARENT_DBID;PROP_NAME;PROP_VALUE;PART\n";

#[test]
fn pieces_are_joined_by_number() {
    let pieces = [10, 2, 1, 9, 3, 4, 5, 6, 7, 8];
    let rows = pieces.map(|part| format!("2;5;16;1;issuer;<{part}>;{part}"));
    let text = format!("{ROWS}1;5;16;0;saml;NULL;1\n{}\n", rows.join("\n"));
    let object = object("rows.csv", text);
    assert_eq!(
        value(&object, "saml", "issuer"),
        "<1><2><3><4><5><6><7><8><9><10>"
    );
    assert!(
        object
            .option("saml", "issuer")
            .unwrap()
            .missing_pieces
            .is_empty()
    );
}

#[test]
fn a_missing_piece_is_recorded() {
    let text = format!("{ROWS}1;5;16;0;saml;;1\n2;5;16;1;issuer;b;2\n2;5;16;1;issuer;e;5\n");
    let object = object("rows.csv", text);
    assert_eq!(
        object.option("saml", "issuer").unwrap().missing_pieces,
        [1, 3, 4]
    );
    assert_eq!(value(&object, "saml", "issuer"), "be");
}

#[test]
fn a_hostile_piece_number_makes_no_long_list() {
    let text = format!("{ROWS}1;5;16;0;saml;;1\n2;5;16;1;issuer;b;4294967295\n");
    let object = object("rows.csv", text);
    assert_eq!(
        object
            .option("saml", "issuer")
            .unwrap()
            .missing_pieces
            .len(),
        100
    );
}

#[test_case(','; "comma")]
#[test_case(';'; "semicolon")]
#[test_case('\t'; "tab")]
fn delimiters_capitals_nulls_and_drawn_lines(delimiter: char) {
    let text = "PROP_NAME;PROP_VALUE;DBID;PARENT_DBID;OBJECT_TYPE\n---------;----------;----;-----------;----\n\
        ewt;(null);1;NULL;16\npassword;NULL;2;1;16\nclient_id;\"FAKE\na\";3;1;16\nperson;x;1;0;3\n";
    let object = object("rows.csv", text.replace(';', &delimiter.to_string()));
    assert_eq!(object.sections.len(), 1);
    let null = object.option("ewt", "password").unwrap();
    assert_eq!(
        (null.value_type, exposed(&null.value)),
        (ValueType::Null, "")
    );
    assert_eq!(value(&object, "ewt", "client_id"), "FAKE\na");
    assert_eq!(object.dbid, Known::NotInForm);
}

#[test]
fn orphans_and_short_rows_are_noted_by_row() {
    let text = format!("{ROWS}1;5;16;0;saml;;1\n2;5;16;77;issuer;FAKE;1\n3;5;16\n");
    let configuration = configuration("rows.csv", text);
    let object = &configuration.objects[0];
    assert_eq!(
        notes(object),
        ["row 3 belongs to a section whose row is not in this input, and was skipped"]
    );
    assert_eq!(configuration.notes.len(), 1);
    assert!(
        configuration.notes[0]
            .text
            .starts_with("row 4 has fewer columns")
    );
}

#[test]
fn a_missing_column_is_named() {
    let error = refusal("rows.csv", "dbid,prop_name,prop_value\n1,a,b\n");
    assert_eq!(
        error.to_string(),
        "rows.csv, line 1, is not valid rows of cfg_flex_prop (CSV): the column parent_dbid is missing"
    );
}

#[test]
fn a_cell_that_swallowed_the_next_rows_is_no_name() {
    let text = "Action,Section,Option,Value\nADD,ewt,client_id,a\nADD,ewt,\"x,b\nADD,ewt,password,FAKE\nADD,ewt,q\",c\n";
    let object = object("x.csv", text);
    assert_eq!(object.sections[0].options.len(), 1);
    assert_eq!(object.notes[0].place.to_string(), "x.csv:3");
    assert!(!format!("{object:?}").contains("FAKE"));
}

#[test]
fn option_csv_finds_its_columns_in_any_order() {
    let text = "sep=;\r\nValue;Note;KEY;ACTION;section\r\n\" a;b \";x;password;Update;ewt\r\nz;;;ADD;ewt\r\nq;;issuer;DELETE;saml\r\n";
    let object = object("x.csv", text);
    assert_eq!(value(&object, "ewt", "password"), " a;b ");
    assert_eq!(
        object.option("ewt", "password").unwrap().place.to_string(),
        "x.csv:3"
    );
    assert_eq!(object.sections.len(), 1);
    assert_eq!(object.notes.len(), 2);
}

#[test]
fn json_keeps_types_duplicates_and_lines() {
    let text = "{\"saml\": {\n\"expire_time\": 24,\n\"password\": \"FAKE\",\n\"password\": null,\n\"issuer\": true,\n\"pkey\": [\"RkFLRQ==\"]}}";
    let object = object("x.json", text);
    let read: Vec<_> = object.sections[0]
        .options
        .iter()
        .map(|o| {
            (
                o.name.raw(),
                exposed(&o.value),
                o.value_type,
                o.place.to_string(),
            )
        })
        .collect();
    let line = |line| format!("x.json:{line}");
    assert_eq!(
        read,
        [
            ("expire_time", "24", ValueType::Number, line(2)),
            ("password", "FAKE", ValueType::Text, line(3)),
            ("password", "", ValueType::Null, line(4)),
            ("issuer", "true", ValueType::Boolean, line(5)),
            ("pkey", "RkFLRQ==", ValueType::Binary, line(6)),
        ]
    );
}

#[test_case("{\"general\": {\"a\": 1,}}"; "trailing comma")]
#[test_case("{\"general\": {'a': 1}}"; "single quotes")]
#[test_case("// c\n{\"general\": {}}"; "comment")]
#[test_case("{\"ewt\": {\"password\": \"FAKE\\udead\"}}"; "lone surrogate")]
#[test_case("{\"ewt\": {\"password\": \"FAKE"; "cut off")]
fn json_is_strict_and_its_errors_hold_no_value(text: &str) {
    let error = refusal("x.json", text);
    assert!(!format!("{error} {error:?}").contains("FAKE"), "{error}");
    assert!(!format!("{error}").contains("dead"), "{error}");
}

#[test]
fn hostile_nesting_is_refused() {
    let error = refusal("x.json", "[".repeat(1_000_000));
    assert!(
        error.to_string().contains("nests deeper than 64"),
        "{error}"
    );
    let error = refusal("x.yaml", format!("a: {}", "{a: ".repeat(100_000)));
    assert!(error.to_string().contains("YAML"), "{error}");
}

#[test]
fn single_items_may_be_collapsed() {
    let text = "{\"__metadata__\": {}, \"CFGTransaction\": {\"name\": \"hybrid_integration\", \"userProperties\":
        {\"list_pair\": {\"key\": \"ewt\", \"str_pair\": {\"key\": \"password\", \"value\": \"FAKE\"}}}}}";
    let object = object("raw.json", text);
    assert_eq!(value(&object, "ewt", "password"), "FAKE");
    assert_eq!(object.tenant, Known::Missing);
}

#[test]
fn compact_mutagen_says_that_it_leaves_out_empty_values() {
    let text = "{\"__metadata__\": {\"formatName\": \"COMPACT_JSON\"}, \"transactions\": [{\"name\": \"hybrid_integration\"}]}";
    let object = object("m.json", text);
    assert!(notes(&object)[0].starts_with("COMPACT_JSON leaves out empty values"));
    assert_eq!(object.transaction_type, Known::Missing);
}

#[test]
fn yaml_aliases_are_refused_with_the_line() {
    let error = refusal("x.yaml", "general: &a\n  password: FAKE\newt: *a\n");
    assert_eq!(
        error.to_string(),
        "x.yaml, line 1, is not valid nested YAML: it uses an anchor"
    );
}

#[test]
fn yaml_numbers_and_duplicates_are_kept() {
    let object = object(
        "x.yaml",
        "saml:\n  expire_time: 024\n  issuer: a\n  issuer: b\n",
    );
    let time = object.option("saml", "expire_time").unwrap();
    assert_eq!(
        (time.value_type, exposed(&time.value)),
        (ValueType::Number, "024")
    );
    assert_eq!(object.sections[0].options.len(), 3);
    assert_eq!(value(&object, "saml", "issuer"), "b");
}

#[test_case("foreign-kvlist.log", Foreign::KvListLog)]
#[test_case("foreign-export.sql", Foreign::SqlExport)]
#[test_case("foreign-audit.xml", Foreign::AuditXml)]
#[test_case("foreign-persons.csv", Foreign::PersonCsv)]
fn known_strangers_are_named(name: &str, expected: Foreign) {
    let error = read(&[fixture(name)]).unwrap_err();
    assert!(
        matches!(error, SourceError::Foreign { found, .. } if found == expected),
        "{error}"
    );
    assert!(error.help().contains("More > Export > CFG"));
    assert!(!format!("{error} {error:?} {}", error.help()).contains("FAKE"));
}

#[test_case(b"", Foreign::Empty; "no bytes")]
#[test_case(b" \r\n", Foreign::Empty; "blanks")]
#[test_case(b"PK\x03\x04rest", Foreign::Spreadsheet; "workbook")]
#[test_case(b"\x00\x01\x02\xff\xfe\x00\x00\x00", Foreign::Binary; "junk")]
#[test_case(b"<!DOCTYPE html><html></html>", Foreign::WebPage; "login page")]
#[test_case(b"-----BEGIN CERTIFICATE-----\nTk9U\n", Foreign::Certificate; "certificate")]
#[test_case(b"organization_sname=a\npassword=FAKE\n", Foreign::NoSection; "no section")]
#[test_case(b"hello there\n", Foreign::Unknown; "prose")]
fn other_inputs_are_named(bytes: &[u8], expected: Foreign) {
    let error = refusal("x", bytes);
    assert!(
        matches!(error, SourceError::Foreign { found, .. } if found == expected),
        "{error}"
    );
}

#[test]
fn options_of_another_object_are_no_object_of_ours() {
    let error = refusal(
        "confserv.cfg",
        "[confserv]\nport=2520\npassword=FAKE\n[log]\nverbose=standard\n",
    );
    assert_eq!(
        error.to_string(),
        "no object hybrid_integration in the input: confserv.cfg holds sections `confserv` and `log`"
    );
}

#[test]
fn an_input_that_gives_nothing_is_noted_beside_a_good_one() {
    let other = input("confserv.cfg", "[log]\nverbose=standard\n");
    let configuration = read(&[fixture("multiline.cfg"), other]).unwrap();
    assert_eq!(
        configuration.notes[0].text,
        "confserv.cfg holds sections `log`; it gave nothing to this run"
    );
}
