//! One object in every form: the same sections and options, and exactly the attributes that the form can carry.

use std::collections::BTreeMap;

use hybridcheck_core::names::Name;
use hybridcheck_core::object::{At, Folder, Form, HybridObject, Known, Tenant, ValueType};
use test_case::test_case;

use super::super::read;
use super::{FORMS, exposed, fixture, value};

type Options = BTreeMap<(Name, Name), String>;

fn options(object: &HybridObject) -> Options {
    let mut all = Options::new();
    for section in &object.sections {
        for option in &section.options {
            let name = (section.name.clone(), option.name.clone());
            let before = all.insert(name, exposed(&option.value).to_owned());
            assert!(before.is_none(), "{}/{} twice", section.name, option.name);
        }
    }
    all
}

fn only(name: &str) -> HybridObject {
    let mut configuration = read(&[fixture(name)]).unwrap();
    assert_eq!(configuration.objects.len(), 1, "{name}");
    assert!(configuration.strangers.is_empty(), "{name}");
    configuration.objects.remove(0)
}

#[test]
fn all_forms_of_one_object_read_the_same() {
    let expected = options(&only("multiline.cfg"));
    assert_eq!(expected.len(), 16);
    let get = |section: &str, option: &str| &expected[&(section.into(), option.into())];
    assert_eq!(
        get("general", "default_supervisor_role_name"),
        "Schicht-Prüfer"
    );
    assert_eq!(
        get("saml", "issuer"),
        "https://idp.northwind.example/saml?entity=engage&v=2"
    );
    assert_eq!(get("saml", "password"), "FAKE-pass,&<not \"real\">");
    assert_eq!(get("saml_auth", "password"), "FAKE-first-secret=not;real#");
    assert!(get("saml", "pkey").starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    assert!(get("saml", "pkey").ends_with("==\n-----END ENCRYPTED PRIVATE KEY-----"));
    for name in FORMS
        .iter()
        .filter(|name| **name != "CfgTransaction_annex_412.cfg")
    {
        assert!(options(&only(name)) == expected, "{name} reads differently");
    }
}

#[test]
fn a_flattened_export_differs_by_its_line_breaks_only() {
    let mut flat = options(&only("multiline.cfg"));
    for text in flat.values_mut() {
        *text = text.replace('\n', "");
    }
    assert!(options(&only("CfgTransaction_annex_412.cfg")) == flat);
}

#[test]
fn no_form_of_a_good_object_makes_a_note() {
    for name in FORMS {
        let configuration = read(&[fixture(name)]).unwrap();
        assert_eq!(configuration.objects[0].notes, [], "{name}");
        assert_eq!(configuration.notes, [], "{name}");
    }
}

#[test_case("multiline.cfg", Form::OptionFile)]
#[test_case("CfgTransaction_annex_412.csv", Form::OptionCsv)]
#[test_case("cfgdata.xml", Form::CfgDataXml)]
#[test_case("confdata.xml", Form::SdkXml)]
#[test_case("cfg_flex_prop.csv", Form::FlexPropCsv)]
#[test_case("web-services.json", Form::KeyValueJson)]
#[test_case("web-services-optimised.json", Form::NestedJson)]
#[test_case("simulator.yaml", Form::NestedYaml)]
#[test_case("mutagen.json", Form::MutagenJson)]
#[test_case("mutagen-raw.json", Form::MutagenRaw)]
fn the_form_is_found_by_content(name: &str, form: Form) {
    let mut input = fixture(name);
    input.name = "-".into();
    assert_eq!(read(&[input]).unwrap().objects[0].form, form);
}

#[test]
fn option_files_carry_nothing_but_what_the_file_name_tells() {
    let plain = only("multiline.cfg");
    assert_eq!(plain.object_type, Known::NotInForm);
    assert_eq!(plain.dbid, Known::NotInForm);
    for name in [
        "CfgTransaction_annex_412.cfg",
        "CfgTransaction_annex_412.csv",
    ] {
        let object = only(name);
        assert_eq!(object.object_type, Known::Stated("CfgTransaction".into()));
        assert_eq!(object.dbid, Known::Stated(412));
        assert_eq!(object.name, Known::NotInForm);
        assert_eq!(object.tenant, Known::NotInForm);
    }
}

#[test]
fn web_services_carry_name_and_alias_only() {
    let object = only("web-services.json");
    assert_eq!(object.name, Known::Stated("hybrid_integration".into()));
    assert_eq!(object.alias, Known::Stated("hybrid_integration".into()));
    assert_eq!(object.transaction_type, Known::NotInForm);
    assert_eq!(object.tenant, Known::NotInForm);
    assert_eq!(object.folder, Known::NotInForm);
}

#[test]
fn database_rows_carry_type_and_dbid_and_their_rows() {
    let object = only("cfg_flex_prop.csv");
    assert_eq!(object.object_type, Known::Stated("CfgTransaction".into()));
    assert_eq!(object.dbid, Known::Stated(412));
    assert_eq!(object.name, Known::NotInForm);
    let place = &object
        .option("general", "organization_sname")
        .unwrap()
        .place;
    let row = At::Row {
        table: "cfg_flex_prop".into(),
        row: 4,
    };
    assert_eq!(place.at, row);
}

#[test]
fn the_import_form_gives_tenants_and_the_folder() {
    let configuration = read(&[fixture("cfgdata.xml")]).unwrap();
    let object = &configuration.objects[0];
    assert_eq!(object.transaction_type, Known::Stated("21".into()));
    assert_eq!(object.state, Known::Stated("1".into()));
    assert_eq!(object.dbid, Known::Stated(412));
    let environment = Tenant {
        dbid: Some(1),
        name: Some("Environment".into()),
    };
    assert_eq!(object.tenant, Known::Stated(environment.clone()));
    let folder = Folder {
        dbid: Some(31),
        kind: Some("transaction".into()),
        path: vec!["Configuration".into(), "Transactions".into()],
    };
    assert_eq!(object.folder, Known::Stated(folder));
    let northwind = Tenant {
        dbid: Some(101),
        name: Some("Northwind".into()),
    };
    let referred = Tenant {
        dbid: Some(102),
        name: None,
    };
    let tenants = [environment, northwind, referred];
    assert_eq!(configuration.tenants, tenants);
    assert_eq!(object.serves, tenants);
}

#[test]
fn the_sdk_form_says_what_it_leaves_out() {
    let object = only("confdata.xml");
    assert_eq!(
        object.tenant.stated().and_then(|tenant| tenant.dbid),
        Some(1)
    );
    assert_eq!(object.folder, Known::Missing);
    assert_eq!(object.dbid, Known::Stated(412));
    let line = object.option("general", "organization_sname").unwrap();
    assert_eq!(line.place.to_string(), "confdata.xml:16");
}

#[test]
fn mutagen_names_the_tenant_and_the_folder() {
    let configuration = read(&[fixture("mutagen.json")]).unwrap();
    let object = &configuration.objects[0];
    assert_eq!(object.transaction_type, Known::Stated("list".into()));
    assert_eq!(object.state, Known::Stated("enabled".into()));
    assert_eq!(
        object.folder.stated().unwrap().path,
        ["Configuration", "Transactions"]
    );
    let served: Vec<String> = object.serves.iter().map(ToString::to_string).collect();
    assert_eq!(served, ["Environment", "Northwind"]);
}

#[test]
fn raw_numbers_keep_their_source_text() {
    let object = only("mutagen-raw.json");
    let option = object.option("saml", "expire_time").unwrap();
    assert_eq!(option.value_type, ValueType::Number);
    assert_eq!(exposed(&option.value), "24");
    assert_eq!(object.dbid, Known::Stated(412));
    let served: Vec<String> = object.serves.iter().map(ToString::to_string).collect();
    assert_eq!(served, ["Environment", "Northwind"]);
}

#[test]
fn inputs_complete_each_other() {
    let mut raw = fixture("confdata.xml");
    raw.bytes = String::from_utf8(raw.bytes)
        .unwrap()
        .replace("<tenantDBID value=\"1\"/>", "<tenantDBID value=\"102\"/>")
        .into_bytes();
    let tenants = super::input(
        "tenants.xml",
        "<CfgData><CfgTenant id=\"CfgTenant102\" name=\"Sales\"/></CfgData>",
    );
    let configuration = read(&[raw, tenants]).unwrap();
    let tenant = configuration.objects[0].tenant.stated().unwrap();
    assert_eq!(tenant.to_string(), "Sales");
    assert_eq!(configuration.notes, []);
}

#[test]
fn several_objects_are_numbered_in_order() {
    let inputs = [fixture("multiline.cfg"), fixture("mutagen.json")];
    let configuration = read(&inputs).unwrap();
    let ids: Vec<u16> = configuration
        .objects
        .iter()
        .map(|object| object.id.0)
        .collect();
    assert_eq!(ids, [0, 1]);
    assert_eq!(
        value(&configuration.objects[1], "ewt", "password"),
        "FAKE-second-secret-not-real"
    );
}
