//! The sample object `hybrid_integration`, as Config Server XML and as the option export of GAX.

use std::fmt::Write as _;

use super::cloud::{EWT_CLIENT, ISSUER, ORG_ID, ORG_SHORT_NAME, SAML_CLIENT};

/// The DBID of the sample object.
pub(super) const DBID: u32 = 900;

/// The sample object, before it is written; faults change it.
#[derive(Clone, Debug)]
pub(super) struct Sample {
    /// The transaction type; 21 is List.
    pub(super) transaction_type: u32,
    sections: Vec<(String, Vec<(String, String)>)>,
}

impl Default for Sample {
    fn default() -> Self {
        let mut sample = Self {
            transaction_type: 21,
            sections: Vec::new(),
        };
        for (section, option, value) in [
            ("general", "organization_sname", ORG_SHORT_NAME),
            ("general", "organization_id", ORG_ID),
            ("general", "default_agent_role_name", "AI Agent"),
            ("general", "default_supervisor_role_name", "Supervisor"),
            ("general", "default_admin_role_name", "Admin"),
            (
                "general",
                "base_auth_url",
                "https://login.mypurecloud.de/oauth/token",
            ),
            (
                "general",
                "base_service_url",
                "https://api.mypurecloud.de/api/",
            ),
            ("saml", "issuer", ISSUER),
            ("saml", "certificate", ""),
            ("saml", "pkey", ""),
            ("saml", "password", ""),
            ("saml", "expire_time", "24"),
            ("saml_auth", "client_id", SAML_CLIENT),
            ("saml_auth", "password", ""),
            ("ewt", "client_id", EWT_CLIENT),
            ("ewt", "password", ""),
        ] {
            sample.set(section, option, value);
        }
        sample
    }
}

impl Sample {
    /// Sets an option; section and option are appended when they are not there.
    pub(super) fn set(&mut self, section: &str, option: &str, value: impl Into<String>) {
        let index = self
            .sections
            .iter()
            .position(|(name, _)| name == section)
            .unwrap_or_else(|| {
                self.sections.push((section.to_owned(), Vec::new()));
                self.sections.len() - 1
            });
        let options = &mut self.sections[index].1;
        match options.iter_mut().find(|(name, _)| name == option) {
            Some((_, found)) => *found = value.into(),
            None => options.push((option.to_owned(), value.into())),
        }
    }

    /// Sets an option that is there and still empty: what a fault has set or removed stays so.
    pub(super) fn fill(&mut self, section: &str, option: &str, value: &str) {
        for (name, options) in &mut self.sections {
            for (key, found) in options.iter_mut() {
                if name == section && key == option && found.is_empty() {
                    value.clone_into(found);
                }
            }
        }
    }

    /// Removes an option.
    pub(super) fn remove(&mut self, section: &str, option: &str) {
        for (name, options) in &mut self.sections {
            if name == section {
                options.retain(|(key, _)| key != option);
            }
        }
    }

    /// Removes a section.
    pub(super) fn remove_section(&mut self, section: &str) {
        self.sections.retain(|(name, _)| name != section);
    }

    /// The values of every option `password`.
    pub(super) fn passwords(&self) -> Vec<String> {
        let options = self.sections.iter().flat_map(|(_, options)| options);
        options
            .filter(|(option, _)| option == "password")
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Config Server XML of the import form. That a transaction looks as an application does there, and the folder's element, is inferred.
    pub(super) fn as_xml(&self) -> String {
        let mut text = String::from(concat!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n",
            "<CfgData xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n",
            "         xsi:schemaLocation=\"http://www.genesyslab.com/cs hta/cfg_update.xsd\">\n",
            "    <CfgCreate>\n",
            "        <CfgFolder id=\"CfgFolder700\" name=\"Transactions\" type=\"16\" state=\"1\" ",
            "ownerDBID=\"CfgProviderTenant1\"/>\n",
        ));
        let _ = writeln!(
            text,
            "        <CfgTransaction id=\"CfgTransaction{DBID}\" name=\"hybrid_integration\" alias=\"hybrid_integration\" \
             type=\"{}\" state=\"1\" recordPeriod=\"0\" tenantDBID=\"CfgProviderTenant1\" folderDBID=\"CfgFolder700\">",
            self.transaction_type
        );
        text.push_str("            <userProperties>\n");
        for (section, options) in &self.sections {
            let _ = writeln!(
                text,
                "                <list_pair key=\"{}\">",
                attribute(section)
            );
            for (option, value) in options {
                let _ = writeln!(
                    text,
                    "                    <str_pair key=\"{}\" value=\"{}\"/>",
                    attribute(option),
                    attribute(value)
                );
            }
            text.push_str("                </list_pair>\n");
        }
        text.push_str("            </userProperties>\n        </CfgTransaction>\n    </CfgCreate>\n</CfgData>\n");
        text
    }

    /// The option export of GAX: one option a line, an empty line between sections.
    pub(super) fn as_cfg(&self) -> String {
        let mut blocks = Vec::new();
        for (section, options) in &self.sections {
            let mut block = format!("[{section}]\r\n");
            for (option, value) in options {
                let _ = write!(block, "{option}={value}\r\n");
            }
            blocks.push(block);
        }
        blocks.join("\r\n")
    }
}

fn attribute(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            '\t' => text.push_str("&#9;"),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_gives_every_value_back() {
        let mut sample = Sample::default();
        sample.set("saml", "password", "a&b<c>\"d\"\te\nf");
        let text = sample.as_xml();
        let document = roxmltree::Document::parse(&text).expect("well-formed");
        let value = |option: &str| {
            document
                .descendants()
                .find(|node| node.has_tag_name("str_pair") && node.attribute("key") == Some(option))
                .and_then(|node| node.attribute("value"))
        };
        assert_eq!(value("password"), Some("a&b<c>\"d\"\te\nf"));
        assert_eq!(value("issuer"), Some(ISSUER));
        let object = document
            .descendants()
            .find(|node| node.has_tag_name("CfgTransaction"))
            .expect("the transaction");
        assert_eq!(object.attribute("type"), Some("21"));
    }

    #[test]
    fn an_option_file_has_one_option_a_line() {
        let mut sample = Sample::default();
        sample.remove_section("saml");
        sample.remove("general", "organization_id");
        sample.fill("ewt", "password", "pw");
        let text = sample.as_cfg();
        assert!(text.starts_with(
            "[general]\r\norganization_sname=acme-sample\r\ndefault_agent_role_name=AI Agent\r\n"
        ));
        assert!(text.ends_with(&format!(
            "[ewt]\r\nclient_id={EWT_CLIENT}\r\npassword=pw\r\n"
        )));
        assert!(!text.contains("[saml]"));
    }

    #[test]
    fn filling_spares_what_a_fault_has_set() {
        let mut sample = Sample::default();
        sample.set("ewt", "password", "wrong");
        sample.fill("ewt", "password", "right");
        sample.fill("saml", "no_such_option", "x");
        assert!(sample.as_cfg().contains("password=wrong\r\n"));
        assert!(!sample.as_cfg().contains("no_such_option"));
    }
}
