//! Secrets in texts that others wrote: looked for in every form in which a peer may send one back, and blackened.
//!
//! Only texts from outside are looked through, never a sentence, key or id of our own: a password that is a word of ours must neither
//! break it nor be told by the hole that it leaves.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::object::{HybridObject, Value};
use crate::secret::Secret;

mod forms;
mod protocol;

pub use protocol::words as protocol_words;

/// What stands in the place of a secret.
pub const BLACKENED: &str = "[secret]";

/// Shorter ones are no secrets: they stand in every other text.
const SHORTEST: usize = 4;
/// So much of a secret is looked for where a text was cut.
const WINDOW: usize = 8;
/// So much of a secret is one, cut or not.
const RECOGNISED: usize = 24;

/// Knows the secrets of a run in all their forms.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    /// Those that no word of a language is: looked for anywhere in a text. In the order of their bytes.
    marks: Vec<Mark>,
    /// Short ones and words, which stand in longer words by chance: looked for as whole words.
    words: Vec<Secret>,
    /// What the objects say openly is no secret, whatever else is.
    plain: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Mark {
    form: Secret,
    /// Nobody writes the like by chance, so it may be looked for in our own sentences too.
    is_random: bool,
}

impl Redactor {
    /// Learns every secret value of the objects, and what they say openly.
    pub fn learn_objects(&mut self, objects: &[HybridObject]) {
        let options = || {
            let sections = objects.iter().flat_map(|object| &object.sections);
            sections.flat_map(|section| section.options.iter().map(move |option| (section, option)))
        };
        let plain = options().filter_map(|(_, option)| option.value.plain());
        let plain = plain.map(|text| text.raw().trim().to_owned());
        self.plain.extend(plain);
        for (section, option) in options() {
            let is_certificate =
                section.name.is_like(&"saml".into()) && option.name.is_like(&"certificate".into());
            if let Value::Secret(secret) = &option.value
                && !(is_certificate && forms::is_certificate(secret.expose()))
            {
                self.add(secret);
            }
        }
        self.settle();
    }

    /// Learns one secret. What stands openly elsewhere is none, and what an export hides is none.
    pub fn learn(&mut self, secret: &Secret) {
        self.learn_all([secret]);
    }

    /// Learns many secrets: what is known is put into its order once, not after each.
    pub fn learn_all<'a>(&mut self, secrets: impl IntoIterator<Item = &'a Secret>) {
        secrets.into_iter().for_each(|secret| self.add(secret));
        self.settle();
    }

    fn add(&mut self, secret: &Secret) {
        let text = secret.expose();
        if secret.shape().masked || self.plain.contains(text.trim()) {
            return;
        }
        for source in forms::sources(text) {
            if source.chars().count() < SHORTEST {
                continue;
            }
            if forms::is_word(source) {
                let known = forms::of_word(source);
                self.words.extend(known.into_iter().map(Secret::new));
            } else {
                let is_random = forms::is_random(source);
                let forms = forms::of(source).into_iter();
                let marks = forms.filter(|form| form.len() >= WINDOW);
                self.marks.extend(marks.map(|form| Mark {
                    form: Secret::new(form),
                    is_random,
                }));
            }
        }
    }

    /// Puts what was added into its order, each form once: of many secrets together, not of each.
    fn settle(&mut self) {
        self.marks
            .sort_by(|one, other| one.form.expose().cmp(other.form.expose()));
        self.marks.dedup_by(|later, kept| {
            let is_same = later.form.is_same(&kept.form);
            kept.is_random |= is_same && later.is_random;
            is_same
        });
        self.words
            .sort_by(|one, other| one.expose().cmp(other.expose()));
        self.words.dedup_by(|later, kept| later.is_same(kept));
    }

    /// A text from outside without the secrets that it holds; nothing when it holds none.
    pub fn clean(&self, text: &str) -> Option<String> {
        if self.plain.contains(text.trim()) || protocol::is_word(text) {
            return None;
        }
        let told = |mark: &Mark, same: usize, rest: &[u8]| {
            same == mark.form.expose().len() || same >= RECOGNISED || is_cut(rest, same)
        };
        let mut found = self.marked(text, told);
        found.extend(self.words.iter().flat_map(|word| whole(word, text)));
        blackened(text, found)
    }

    /// The same for a text that may hold words of our own: short secrets and words are left in it.
    pub fn clean_marked(&self, text: &str) -> Option<String> {
        let told = |mark: &Mark, same: usize, rest: &[u8]| {
            same == mark.form.expose().len() || same >= RECOGNISED || is_cut(rest, same)
        };
        blackened(text, self.marked(text, told))
    }

    /// Whether the value of an option is a secret, or holds one.
    pub fn is_told_by(&self, value: &str) -> bool {
        let value = value.trim();
        let told = |mark: &Mark, same: usize, _: &[u8]| same == mark.form.expose().len();
        !self.marked(value, told).is_empty()
            || self
                .words
                .binary_search_by(|word| word.expose().cmp(value))
                .is_ok()
    }

    /// The last gate, for what is written: it finds nothing, because texts from outside are clean before anything is made of them, and
    /// is there for the day on which one is not. It looks for what no sentence of ours could hold, and for nothing else.
    pub fn gate(&self, text: String) -> String {
        let told =
            |mark: &Mark, same: usize, _: &[u8]| mark.is_random && same == mark.form.expose().len();
        let found = self.marked(&text, told);
        blackened(&text, found).unwrap_or(text)
    }

    /// Where the text holds a form, or so much of one as `told` asks for.
    fn marked(&self, text: &str, told: impl Fn(&Mark, usize, &[u8]) -> bool) -> Vec<Range<usize>> {
        let bytes = text.as_bytes();
        let (mut found, mut at) = (Vec::new(), 0);
        while let Some(window) = bytes.get(at..at + WINDOW) {
            let rest = bytes.get(at..).unwrap_or_default();
            let start = self
                .marks
                .partition_point(|mark| mark.form.expose().as_bytes() < window);
            let later = self.marks.get(start..).unwrap_or_default();
            let alike = later
                .iter()
                .take_while(|mark| mark.form.expose().as_bytes().starts_with(window));
            let lengths = alike.filter_map(|mark| {
                let same = same(mark.form.expose().as_bytes(), rest);
                told(mark, same, rest).then_some(same)
            });
            match lengths.max() {
                Some(length) => {
                    found.push(at..at + length);
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }
}

/// So many first bytes are the same.
fn same(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(a, b)| a == b).count()
}

/// Whether a text ends there, or was cut there by us or by whoever wrote it.
fn is_cut(rest: &[u8], at: usize) -> bool {
    let rest = rest.get(at..).unwrap_or_default();
    rest.is_empty()
        || ["…", "...", "\u{fffd}"]
            .iter()
            .any(|mark| rest.starts_with(mark.as_bytes()))
}

/// Where a word stands by itself.
fn whole<'a>(word: &'a Secret, text: &'a str) -> impl Iterator<Item = Range<usize>> {
    let is_alone = |before: &str, after: &str| {
        let joins = |mut chars: Box<dyn Iterator<Item = char> + '_>| match chars.next() {
            Some('.' | '-' | '_') => chars.next().is_some_and(char::is_alphanumeric),
            Some(c) => c.is_alphanumeric(),
            None => false,
        };
        !joins(Box::new(before.chars().rev())) && !joins(Box::new(after.chars()))
    };
    text.match_indices(word.expose())
        .map(|(at, found)| at..at + found.len())
        .filter(move |range| {
            is_alone(
                part(text, 0, range.start),
                part(text, range.end, text.len()),
            )
        })
}

/// Both are boundaries of characters.
fn part(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

fn blackened(text: &str, mut found: Vec<Range<usize>>) -> Option<String> {
    if found.is_empty() {
        return None;
    }
    found.sort_by_key(|range| range.start);
    let (mut clean, mut at) = (String::new(), 0);
    for range in found {
        if range.end <= at {
            continue;
        }
        if range.start >= at {
            clean.push_str(part(text, at, range.start));
            clean.push_str(BLACKENED);
        }
        at = range.end;
        // A form may differ in the middle of a character.
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    clean.push_str(part(text, at, text.len()));
    Some(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(secrets: &[&str]) -> Redactor {
        let mut redactor = Redactor::default();
        for secret in secrets {
            redactor.learn(&Secret::new(*secret));
        }
        redactor
    }

    fn clean(redactor: &Redactor, text: &str) -> String {
        redactor.clean(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_secret_is_black_wherever_it_stands() {
        let redactor = knowing(&["s3cr3t-value\n", "\"qu0ted-value\""]);
        assert_eq!(clean(&redactor, "xs3cr3t-valuex."), "x[secret]x.");
        assert_eq!(clean(&redactor, "no qu0ted-value"), "no [secret]");
        assert_eq!(redactor.clean("s3cr3t-other"), None);
    }

    #[test]
    fn what_a_cut_leaves_of_a_secret_is_black() {
        let redactor = knowing(&["s3cr3t-value", "0123456789abcdefghijklmnopqrstuvwxyz"]);
        assert_eq!(clean(&redactor, "it is s3cr3t-v"), "it is [secret]");
        assert_eq!(clean(&redactor, "it is s3cr3t-v…"), "it is [secret]…");
        assert_eq!(clean(&redactor, "s3cr3t-v and"), "s3cr3t-v and");
        assert_eq!(clean(&redactor, "s3cr3t"), "s3cr3t");
        assert_eq!(clean(&redactor, "0123456789abcdefghijklmnXX"), "[secret]XX");
    }

    #[test]
    fn a_word_is_black_only_where_it_is_the_whole_word() {
        let redactor = knowing(&["mypurecloud"]);
        let host = "https://login.mypurecloud.de/";
        assert_eq!(redactor.clean(host), None);
        assert_eq!(clean(&redactor, "of mypurecloud."), "of [secret].");
        assert_eq!(clean(&redactor, "bXlwdXJlY2xvdWQ="), "[secret]");
        assert!(redactor.is_told_by(" mypurecloud ") && !redactor.is_told_by(host));
    }

    #[test]
    fn the_last_gate_leaves_our_own_words_alone() {
        let redactor = knowing(&["verdict", "saml-login-tried", "Zk3x-9qWe7rTy1u"]);
        let gate = |text: &str| redactor.gate(text.to_owned());
        assert_eq!(
            gate("\"verdict\": \"saml-login-tried\""),
            "\"verdict\": \"saml-login-tried\""
        );
        assert_eq!(gate("a Zk3x-9qWe7rTy1u b"), "a [secret] b");
    }

    #[test]
    fn what_is_too_short_or_hidden_by_the_export_is_no_secret() {
        let redactor = knowing(&["abc", "********"]);
        assert_eq!(redactor.clean("abc ********"), None);
    }
}
