//! The option file of GAX, Genesys Administrator and Configuration Manager, also typed by hand: `[section]` and `option=value` lines.
//!
//! Quotes, escapes and comments are undocumented, so nothing is unescaped, and only a `#` or `;` that begins a line is a comment.

use hybridcheck_core::object::{Form, ValueType};

use super::bounds::Draft;
use super::document::Document;
use super::error::SourceError;
use super::harvest::{self, Harvest, unknown_object};
use super::lines;
use super::opening::{self, section_name};
use super::pem_lines::{Mode, mode_after_line, mode_after_value};
use super::tree::Fault;
use super::{Source, annex_name, names};

/// The reader of option files.
pub(super) struct OptionFile;

impl Source for OptionFile {
    fn recognises(&self, document: &Document) -> bool {
        let text = document.text.as_str();
        // A mail or a ticket may put words before the first section.
        let holds = || {
            let mut sections = lines::numbered(text)
                .skip_while(|(_, line)| line.starts_with(' ') || section_name(line).is_none());
            sections.next().is_some() && sections.any(|(_, line)| option_of(line).is_some())
        };
        opening::opens_section(text)
            || (!opening::is_xml(text) && !opening::is_json(text) && holds())
    }

    fn read(&self, document: &Document) -> Result<Harvest, SourceError> {
        let mut reader = Reader {
            document,
            draft: Draft::of(unknown_object(document.place(1), Form::OptionFile)),
            open: None,
            after_bare_name: false,
        };
        for (number, line) in lines::numbered(&document.text) {
            reader.line(number, line);
        }
        reader.close();
        let mut draft = reader.draft;
        let Some(first) = draft.object.sections.first() else {
            let fault = Fault {
                line: None,
                problem: "it has no [section] line".to_owned(),
            };
            return Err(document.malformed(Form::OptionFile, &fault));
        };
        draft.object.place = first.place.clone();
        annex_name::add_to(&mut draft.object);
        let mut harvest = Harvest::default();
        harvest.offer(draft);
        Ok(harvest)
    }
}

/// Name and value of an option line. What may hold a secret before its `=` is no name, because names are shown: a mangled
/// `password: abc=`, or a line of base64 that lost the PEM block around it.
fn option_of(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let name = name.trim();
    let is_plain = names::is_plain(name) && !is_padded_base64(name, value);
    is_plain.then_some((name, value))
}

fn is_padded_base64(name: &str, value: &str) -> bool {
    let padding = 1 + value.trim_end().len();
    let is_padding = matches!(value.trim_end(), "" | "=");
    let is_base64 = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    is_padding
        && is_base64
        && (name.len() + padding).is_multiple_of(4)
        && !harvest::is_documented_option(name)
}

/// An option whose value may go on.
struct Open {
    name: String,
    text: String,
    line: u32,
    mode: Mode,
}

struct Reader<'d> {
    document: &'d Document,
    draft: Draft,
    open: Option<Open>,
    /// The line before was the bare name of an option: what follows is its value, however it looks.
    after_bare_name: bool,
}

impl Reader<'_> {
    fn line(&mut self, number: u32, line: &str) {
        if section_name(line).is_none() && self.goes_on(number, line) {
            return;
        }
        let trimmed = line.trim();
        if let Some(name) = section_name(line) {
            self.close();
            self.after_bare_name = false;
            self.draft.section(name, self.document.place(number));
        } else if trimmed.is_empty() || line.starts_with(['#', ';']) {
            self.close();
        } else if trimmed.starts_with(['#', ';']) {
            self.close();
            self.note(
                number,
                "begins with blanks and a comment sign, and was taken as a comment",
            );
        } else if std::mem::take(&mut self.after_bare_name) {
            self.note(
                number,
                "follows a bare option name, and was skipped in case it is its value",
            );
        } else if let Some((name, value)) = option_of(line) {
            self.option(number, name, value);
        } else if line.contains('=') {
            self.close();
            self.note(
                number,
                "has no plain option name before its `=`, and was skipped",
            );
        } else {
            self.close();
            self.after_bare_name = harvest::is_documented_option(trimmed.trim_end_matches(':'));
            self.note(
                number,
                "is neither a section nor an option nor a comment, and was skipped",
            );
        }
    }

    /// Adds the line to the value before it, when it belongs there.
    fn goes_on(&mut self, number: u32, line: &str) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        let Some(mode) = mode_after_line(open.mode, line, number) else {
            return false;
        };
        if open.mode == Mode::Blank {
            line.clone_into(&mut open.text);
            open.mode = mode;
            self.note(number, "begins the value of the option above it");
        } else {
            open.text.push('\n');
            open.text.push_str(line);
            open.mode = mode;
        }
        true
    }

    fn option(&mut self, number: u32, name: &str, value: &str) {
        let follows_secret = self.follows_secret();
        self.close();
        if self.draft.object.sections.is_empty() {
            self.note(
                number,
                "is an option before the first [section] line, and was skipped",
            );
            return;
        }
        if follows_secret && names::may_be_rest_of_secret(name) {
            self.note(
                number,
                "follows a secret and has no usual option name, and was skipped in case it is the rest of the secret",
            );
            return;
        }
        if value.contains(" ;") || value.contains(" #") {
            self.note(
                number,
                "has a value with a blank and then `;` or `#`: what follows is part of the value here, not a comment",
            );
        }
        self.open = Some(Open {
            name: name.to_owned(),
            text: value.to_owned(),
            line: number,
            mode: mode_after_value(name, value, number),
        });
    }

    /// Whether the option before is one whose value must not be shown.
    fn follows_secret(&self) -> bool {
        let closed = self.draft.open().and_then(|section| section.options.last());
        let before = self.open.as_ref().map(|open| open.name.as_str());
        let before = before.or_else(|| Some(closed?.name.raw()));
        before.is_some_and(|name| {
            ["password", "pkey", "certificate"]
                .iter()
                .any(|secret| secret.eq_ignore_ascii_case(name))
        })
    }

    /// Wraps the value of the option that was open and puts it into its section.
    fn close(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if let Mode::Pem(begin) = open.mode {
            self.note(begin, "begins a PEM block that has no END line");
        }
        let place = self.document.place(open.line);
        let section = self.draft.open().map_or("", |section| section.name.raw());
        let option = harvest::option(section, &open.name, open.text, ValueType::Text, place);
        self.draft.option(option);
    }

    fn note(&mut self, line: u32, text: &str) {
        let document = self.document;
        self.draft
            .note(|| document.note(line, format!("line {line} {text}")));
    }
}
