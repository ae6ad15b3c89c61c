//! Lines, counted the same way in every form: a line ends with CRLF, with LF, or with CR alone.

/// Where the lines of a text begin.
pub(super) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(breaks(text).map(|(_, next)| next));
        Self { starts }
    }

    /// The line of a byte offset, from 1.
    pub(super) fn at(&self, offset: usize) -> u32 {
        number(self.starts.partition_point(|start| *start <= offset))
    }
}

/// A count as a line or row number; no input is long enough to reach the end of the range.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The lines of a text with their numbers, without their ends; what follows the last break counts only when it is not empty.
pub(super) fn numbered(text: &str) -> impl Iterator<Item = (u32, &str)> {
    let mut begin = 0;
    let ends = breaks(text).chain(std::iter::once((text.len(), text.len())));
    ends.enumerate().filter_map(move |(index, (end, next))| {
        let line = text.get(begin..end).unwrap_or_default();
        let is_after_the_last_break = begin == text.len();
        begin = next;
        (!is_after_the_last_break).then(|| (number(index + 1), line))
    })
}

/// The first line that is neither blank nor a comment of an option file or of YAML.
pub(super) fn first_significant(text: &str) -> Option<&str> {
    numbered(text)
        .map(|(_, line)| line)
        .find(|line| !line.trim().is_empty() && !line.starts_with(['#', ';']))
}

/// Every line break: where it begins and where the next line begins.
fn breaks(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut rest = bytes.get(at..)?.iter();
        let begin = at + rest.position(|byte| matches!(byte, b'\r' | b'\n'))?;
        let is_pair = bytes.get(begin..begin + 2) == Some(b"\r\n");
        at = begin + if is_pair { 2 } else { 1 };
        Some((begin, at))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_line_ends_count_once() {
        let lines: Vec<_> = numbered("a\r\nb\rc\n\nd").collect();
        assert_eq!(lines, [(1, "a"), (2, "b"), (3, "c"), (4, ""), (5, "d")]);
    }

    #[test]
    fn offsets_find_their_line() {
        let lines = Lines::of("ab\r\ncd\re");
        assert_eq!(
            [0, 2, 4, 6, 7].map(|offset| lines.at(offset)),
            [1, 1, 2, 2, 3]
        );
    }
}
