//! What an input is that is not the object in a form we read, and what to bring instead.

/// The way that every site has.
pub(super) const EXPORT: &str = "In Genesys Administrator Extension open the transaction hybrid_integration (Environment tenant), tab Options, select all sections and options, then More > Export > CFG, and give that file.";

/// What an input is, when it is no form of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A change history of Configuration Server.
    AuditXml,
    /// Bytes that are no text.
    Binary,
    /// A certificate or key by itself.
    Certificate,
    /// A compressed file.
    Compressed,
    /// Nothing.
    Empty,
    /// A log with `KVList` prints.
    KvListLog,
    /// Option lines without any section.
    NoSection,
    /// The bulk export of users.
    PersonCsv,
    /// An Excel workbook, or another zip file.
    Spreadsheet,
    /// Insert statements.
    SqlExport,
    /// Text of no known form.
    Unknown,
    /// A web page.
    WebPage,
}

impl Foreign {
    /// What it is, to be read after "X is".
    pub fn label(self) -> &'static str {
        match self {
            Self::AuditXml => {
                "a change history of Configuration Server (CfgAuditEntry), not the state of an object"
            }
            Self::Binary => "not text",
            Self::Certificate => "a certificate or key by itself, not the object",
            Self::Compressed => "a compressed file",
            Self::Empty => "empty",
            Self::KvListLog => "a log with KVList prints, not the object",
            Self::NoSection => "a list of options without any [section] line",
            Self::PersonCsv => {
                "a bulk export of users (a CSV with a Username column), not the options of an object"
            }
            Self::Spreadsheet => "an Excel workbook or another zip file, not text",
            Self::SqlExport => "a list of SQL statements, which is not read",
            Self::Unknown => "in no form in which the object can be read",
            Self::WebPage => "a web page",
        }
    }

    /// What to bring instead.
    pub(super) fn help(self) -> String {
        let first = match self {
            Self::AuditXml => "A history shows who changed what, but not what is configured now.",
            Self::Binary | Self::Unknown => {
                "Readable are: option files (.cfg, .conf), the option CSV of GAX, Configuration Server XML, Web Services JSON, mutagen exports, nested JSON or YAML, and cfg_flex_prop rows as CSV."
            }
            Self::Certificate => "The certificate is checked where it lies: in the object.",
            Self::Compressed => "Unpack it first.",
            Self::Empty => "The export wrote nothing, or the pipe before it failed.",
            Self::KvListLog => "Values in a log can be hidden, cut or changed by log filters.",
            Self::NoSection => {
                "Each option belongs under its section, such as [general] or [saml]."
            }
            Self::PersonCsv => {
                "GAX has two CSV exports: objects in bulk, and the options of one object. The second one is needed."
            }
            Self::Spreadsheet => "Save the sheet as CSV (UTF-8), or bring the original export.",
            Self::SqlExport => {
                "Save the rows of cfg_flex_prop with object_type = 16 as CSV (dbid, object_dbid, object_type, parent_dbid, prop_name, prop_value, part), or export the object itself."
            }
            Self::WebPage => {
                "This is often the login page of an expired session: log in and export again."
            }
        };
        format!("{first} {EXPORT}")
    }

    /// Judges bytes that need no decoding to be known.
    pub(super) fn of_bytes(bytes: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], Foreign); 6] = [
            (b"PK\x03\x04", Foreign::Spreadsheet),
            (b"\xd0\xcf\x11\xe0", Foreign::Spreadsheet),
            (b"\x1f\x8b", Foreign::Compressed),
            (b"BZh", Foreign::Compressed),
            (b"7z\xbc\xaf", Foreign::Compressed),
            (b"\x30\x82", Foreign::Certificate),
        ];
        if bytes.is_empty() {
            return Some(Self::Empty);
        }
        MAGIC
            .iter()
            .find_map(|(magic, found)| bytes.starts_with(magic).then_some(*found))
    }
}
