//! Text laid out for a terminal: hostile characters made visible, lines wrapped to the width, colour put on last.

use hybridcheck_core::outside::Outside;
use hybridcheck_core::report::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Below this width labels and statuses stand on lines of their own.
const NARROW: usize = 60;

/// A long word is begun on a started line only when at least this many columns of it fit there.
const LEAST_PIECE: usize = 10;

/// What a piece of text means; a colour only underlines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Bad,
    Doubt,
    Faint,
    Good,
    Plain,
    Strong,
}

impl Tone {
    fn codes(self) -> &'static str {
        match self {
            Self::Bad => "1;31",
            Self::Doubt => "1;33",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Plain => "",
            Self::Strong => "1",
        }
    }
}

/// A page that grows line by line.
pub(crate) struct Canvas {
    style: Style,
    width: usize,
    out: String,
}

impl Canvas {
    /// An empty page; widths that no layout can serve are raised or lowered to the nearest that can be read.
    pub(crate) fn new(style: Style) -> Self {
        Self {
            style,
            width: usize::from(style.width).clamp(40, 120),
            out: String::new(),
        }
    }

    /// The columns used.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// There is no room for labels beside their text.
    pub(crate) fn is_narrow(&self) -> bool {
        self.width < NARROW
    }

    /// One of two spellings, by what the terminal can show.
    pub(crate) fn either(&self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.style.unicode { unicode } else { ascii }
    }

    /// Text as it may be shown here: hostile characters escaped, cut at `cap`, and ASCII only where that is asked for.
    pub(crate) fn clean(&self, text: &str, cap: usize) -> String {
        let shown = Outside::of(text).shown(cap).to_string();
        if self.style.unicode {
            return shown;
        }
        let mut out = String::with_capacity(shown.len());
        for c in shown.chars() {
            match c {
                // Only the mark of a cut is ours; other characters are data and must stay recognisable.
                '…' => out.push_str("..."),
                c if c.is_ascii() => out.push(c),
                c => out.extend(c.escape_unicode()),
            }
        }
        out
    }

    /// Like [`Canvas::clean`], but line breaks stay: for texts that checks and rules write as several lines.
    pub(crate) fn clean_lines(&self, text: &str, cap: usize) -> String {
        let lines: Vec<String> = text.lines().map(|line| self.clean(line, cap)).collect();
        lines.join("\n")
    }

    /// A line break; never two empty lines in a row.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading after an empty line. Only its first line stands at the margin: nothing from a file may pose as one.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        self.block("", 4, Tone::Strong, text);
    }

    /// A heading with a line across the page, for what must be found at a glance.
    pub(crate) fn banner(&mut self, tone: Tone, text: &str) {
        self.gap();
        let (left, fill) = (self.either("━━ ", "== "), self.either("━", "="));
        let rest = self.width.saturating_sub(text.width() + 4);
        let line = format!("{left}{text} {}", fill.repeat(rest));
        let painted = self.paint(tone, &line);
        self.push(&painted);
    }

    /// A paragraph: `lead` on the first line, every further line indented.
    pub(crate) fn block(&mut self, lead: &str, indent: usize, tone: Tone, text: &str) {
        self.led(&[(Tone::Plain, lead)], indent, tone, text);
    }

    /// A paragraph whose lead is made of painted pieces. A lead that leaves no room is followed by a new line.
    pub(crate) fn led(&mut self, lead: &[(Tone, &str)], indent: usize, tone: Tone, text: &str) {
        let lead_width: usize = lead.iter().map(|(_, piece)| piece.width()).sum();
        if lead_width > self.width {
            let all: String = lead.iter().map(|(_, piece)| *piece).collect();
            let rest = all.trim_start_matches(' ');
            self.block(&all[..all.len() - rest.len()], indent, tone, rest);
            self.block(&" ".repeat(indent), indent, tone, text);
            return;
        }
        let rest = self.width.saturating_sub(indent).max(8);
        let lines = wrapped(text, self.width - lead_width, rest);
        let mut first: String = String::new();
        for (tone, piece) in lead {
            first.push_str(&self.paint(*tone, piece));
        }
        for (number, line) in lines.iter().enumerate() {
            let painted = self.paint(tone, line);
            if number == 0 {
                self.push(&format!("{first}{painted}"));
            } else {
                self.push(&format!("{}{painted}", " ".repeat(indent)));
            }
        }
    }

    /// A labelled value at an indent; nothing when there is no value. Line breaks in the value start new lines.
    pub(crate) fn field(&mut self, indent: usize, label: &str, tone: Tone, value: &str) {
        let label_width = 10;
        let column = indent + label_width;
        let lead = format!("{}{label:<label_width$}", " ".repeat(indent));
        let blank = " ".repeat(column);
        for (number, line) in value
            .split('\n')
            .filter(|line| !line.is_empty())
            .enumerate()
        {
            if number == 0 {
                self.led(&[(Tone::Faint, &lead)], column, tone, line);
            } else {
                self.block(&blank, column, tone, line);
            }
        }
    }

    /// A line across the page.
    pub(crate) fn rule(&mut self) {
        let line = self.either("━", "=").repeat(self.width);
        self.push(&line);
    }

    /// A command to copy: never broken by us, because a break changes what a shell does; the terminal may wrap it.
    pub(crate) fn command(&mut self, indent: usize, command: &str) {
        self.push(&format!("{}{command}", " ".repeat(indent)));
    }

    /// A table; its own padding is one column, and one more makes the indent of everything else.
    pub(crate) fn grid(&mut self, grid: &comfy_table::Table) {
        for line in grid.lines() {
            self.push(&format!(" {line}"));
        }
    }

    /// A text with colour, when colour is allowed.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let core = text.trim_matches(' ');
        if !self.style.color || tone == Tone::Plain || core.is_empty() {
            return text.to_owned();
        }
        // Blanks stay outside, so that those at the end of a line can be cut off with colour as without.
        let (before, after) = text.split_once(core).unwrap_or_default();
        format!("{before}\x1b[{}m{core}\x1b[0m{after}", tone.codes())
    }

    /// The page.
    pub(crate) fn finish(self) -> String {
        self.out
    }

    fn push(&mut self, line: &str) {
        self.out.push_str(line.trim_end_matches(' '));
        self.out.push('\n');
    }
}

/// Wraps at blanks; a word longer than a line is cut. The first line may have another width than the rest.
fn wrapped(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let room = if lines.is_empty() { first } else { rest };
        let blank = usize::from(!line.is_empty());
        if line.width() + blank + word.width() <= room {
            line.push_str(&" ".repeat(blank));
            line.push_str(word);
        } else if word.width() <= rest {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            if line.width() + blank + LEAST_PIECE <= room {
                line.push_str(&" ".repeat(blank));
            } else {
                lines.push(std::mem::take(&mut line));
            }
            let mut columns = line.width();
            for c in word.chars() {
                let room = if lines.is_empty() { first } else { rest };
                line.push(c);
                // A variation selector widens the character before it, so the line is measured again.
                columns = match c {
                    '\u{fe0f}' => line.width(),
                    c => columns + c.width().unwrap_or_default(),
                };
                if columns > room {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                    columns = line.width();
                }
            }
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_long_words_are_cut() {
        assert_eq!(wrapped("one two three", 7, 7), ["one two", "three"]);
        assert_eq!(
            wrapped("ab 漢字漢字漢字漢字", 7, 7),
            ["ab", "漢字漢", "字漢字", "漢字"]
        );
        assert_eq!(wrapped("", 7, 7), [""]);
        assert_eq!(wrapped("word", 2, 7), ["", "word"]);
    }

    #[test]
    fn ascii_pages_escape_data_instead_of_dropping_it() {
        let style = Style {
            unicode: false,
            ..Style::default()
        };
        let canvas = Canvas::new(style);
        assert_eq!(canvas.clean("Z\u{fc}rich\u{7}", 3), "Z\\u{fc}r...");
        assert_eq!(canvas.clean("a\u{7}", 9), "a\\u{7}");
    }

    #[test]
    fn colour_wraps_text_and_not_the_blanks_around_it() {
        let style = Style {
            color: true,
            ..Style::default()
        };
        let canvas = Canvas::new(style);
        assert_eq!(canvas.paint(Tone::Good, " ok "), " \x1b[32mok\x1b[0m ");
        assert_eq!(canvas.paint(Tone::Good, "  "), "  ");
    }
}
