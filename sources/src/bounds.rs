//! What one object may hold while it is read: far more than a real one does, and so little that judging it stays short. What lies
//! beyond is counted, told, and keeps the run from being "ready".

use hybridcheck_core::object::{HybridObject, Note, Opt, Place, Section};
use hybridcheck_core::outside::Outside;

use super::names;

/// Sections of one object; a real one has about ten.
const SECTIONS: usize = 500;

/// Options of one object, over all its sections; a real one has about sixty.
const OPTIONS: usize = 2000;

/// Remarks after which an input is no object with slips, but something else.
const REMARKS: usize = 500;

/// Attributes of one element of XML; Configuration Server writes about twenty. The parser compares each with each.
const ATTRIBUTES: usize = 500;

/// How many remarks are shown: an input of the wrong kind makes one a line, and the first ones tell enough.
const SHOWN: usize = 20;

/// What a reader noticed: the first remarks, and how many there were.
#[derive(Default)]
pub(super) struct Remarks {
    kept: Vec<Note>,
    count: usize,
}

impl Remarks {
    /// One more; it is put into words only where it will be shown.
    pub(super) fn push(&mut self, note: impl FnOnce() -> Note) {
        self.count += 1;
        if self.kept.len() < SHOWN {
            self.kept.push(note());
        }
    }

    /// The remarks to show, and how many were left out.
    pub(super) fn shown(self, input: &Outside) -> Vec<Note> {
        let mut notes = self.kept;
        let more = self.count - notes.len();
        if more > 0 {
            let plural = if more == 1 { "" } else { "s" };
            notes.push(Note {
                text: format!("{more} more remark{plural} on this input left out"),
                place: Place::line(input.raw(), 1),
            });
        }
        notes
    }
}

/// An object while it is read.
pub(super) struct Draft {
    /// What is known of it beside sections and remarks.
    pub(super) object: HybridObject,
    remarks: Remarks,
    sections: usize,
    options: usize,
    /// Where the first thing stands that was not kept.
    beyond: Option<Place>,
}

impl Draft {
    /// An object of which no section has been read.
    pub(super) fn of(object: HybridObject) -> Self {
        Self {
            object,
            remarks: Remarks::default(),
            sections: 0,
            options: 0,
            beyond: None,
        }
    }

    /// Begins a section: the options that follow are its own.
    pub(super) fn section(&mut self, name: &str, place: Place) {
        self.sections += 1;
        if self.sections <= SECTIONS {
            self.object.sections.push(Section {
                name: name.into(),
                place,
                options: Vec::new(),
            });
        } else {
            self.beyond.get_or_insert(place);
        }
    }

    /// The section that was begun last, unless it lies beyond what is kept.
    pub(super) fn open(&self) -> Option<&Section> {
        let is_kept = self.sections <= SECTIONS;
        self.object.sections.last().filter(|_| is_kept)
    }

    /// The number of the section that was begun last.
    pub(super) fn last(&self) -> usize {
        self.sections.saturating_sub(1)
    }

    /// Adds an option to the section that was begun last.
    pub(super) fn option(&mut self, option: Opt) {
        self.option_of(self.last(), option);
    }

    /// Adds an option to a section by its number.
    pub(super) fn option_of(&mut self, section: usize, option: Opt) {
        self.options += 1;
        match self.object.sections.get_mut(section) {
            Some(section) if self.options <= OPTIONS => section.options.push(option),
            Some(_) | None => {
                self.beyond.get_or_insert(option.place);
            }
        }
    }

    /// Something that a person should know; it is put into words only where it will be shown.
    pub(super) fn note(&mut self, note: impl FnOnce() -> Note) {
        self.remarks.push(note);
    }

    /// The object with its remarks, and what is to be told when it is more than an object.
    pub(super) fn finish(mut self) -> (HybridObject, Option<Note>) {
        let kept = [
            self.object.sections.len(),
            self.object.sections.iter().map(|of| of.options.len()).sum(),
            self.remarks.kept.len(),
        ];
        let more_remarks = self.remarks.count > REMARKS;
        let place = self.beyond.take().or_else(|| {
            let last = self.remarks.kept.last().filter(|_| more_remarks);
            last.map(|note| note.place.clone())
        });
        let [sections, options, remarks] = kept;
        let excess = place.map(|place| Note {
            text: format!(
                "this is more than an object; here is what was read: {sections} of {} sections, {options} of {} options, {remarks} of {} remarks; the rest was not judged",
                self.sections, self.options, self.remarks.count
            ),
            place,
        });
        names::keep_plain(&mut self.object.sections, &mut self.remarks);
        self.object.notes = self.remarks.shown(&self.object.place.input);
        (self.object, excess)
    }
}

/// Where an element begins that has more attributes than any of Configuration Server.
pub(super) fn overloaded_element(xml: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = xml.get(at..).and_then(|rest| rest.find('<')) {
        let begin = at + found;
        let rest = xml.get(begin..).unwrap_or_default();
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
            .into_iter()
            .find_map(|(open, close)| Some((rest.strip_prefix(open)?, open, close)));
        at = match skipped {
            Some((inside, open, close)) => begin + open.len() + inside.find(close)? + close.len(),
            None => {
                let (attributes, length) = attributes(rest);
                if attributes > ATTRIBUTES {
                    return Some(begin);
                }
                begin + length
            }
        };
    }
    None
}

/// How many attributes the tag has that a text begins with, and how long it is.
fn attributes(tag: &str) -> (usize, usize) {
    let mut count = 0;
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'=') => count += 1,
            (None, b'>') => return (count, at + 1),
            // No tag begins within another: the text is not well-formed, which the parser says.
            (None, b'<') if at > 0 => return (count, at),
            (Some(_) | None, _) => {}
        }
        if count > ATTRIBUTES {
            break;
        }
    }
    (count, tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_counted_as_a_parser_finds_them() {
        let many = "a='>' ".repeat(ATTRIBUTES);
        assert_eq!(overloaded_element(&format!("<x><e {many}/></x>")), None);
        let more = format!("<x><e {many} b=\"\"/></x>");
        assert_eq!(overloaded_element(&more), Some(3));
        for hidden in [format!("<!--{more}-->"), format!("<![CDATA[{more}]]>")] {
            assert_eq!(overloaded_element(&hidden), None);
        }
        let value = format!("<e a=\"{}\"/>", "= ".repeat(2 * ATTRIBUTES));
        assert_eq!(overloaded_element(&value), None);
    }

    #[test]
    fn what_ends_early_has_an_end() {
        for text in ["<", "<e a='", "<!--", "<![CDATA[", "<?", "a", ""] {
            assert_eq!(overloaded_element(text), None, "{text}");
        }
    }
}
