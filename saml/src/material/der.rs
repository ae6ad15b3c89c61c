//! Just enough DER: reading a structure's skeleton to recognise it, and writing a public key to hash it.

/// SEQUENCE.
pub(super) const SEQUENCE: u8 = 0x30;
/// INTEGER.
pub(super) const INTEGER: u8 = 0x02;
/// BIT STRING.
pub(super) const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub(super) const OCTET_STRING: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub(super) const OID: u8 = 0x06;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// One element.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// Tag, length and content.
    pub(super) whole: &'a [u8],
}

/// Why an element cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It says that it is longer than the data.
    Short,
    /// Its tag or length is of no form that DER knows.
    Malformed,
}

/// Reads the first element and what follows it.
pub(super) fn read(input: &[u8]) -> Result<(Element<'_>, &[u8]), Unreadable> {
    let (&tag, rest) = input.split_first().ok_or(Unreadable::Short)?;
    if tag & 0x1f == 0x1f {
        return Err(Unreadable::Malformed);
    }
    let (&first, rest) = rest.split_first().ok_or(Unreadable::Short)?;
    let (length, rest) = match usize::from(first) {
        short @ 0..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest
                .split_at_checked(long - 0x80)
                .ok_or(Unreadable::Short)?;
            let length = bytes
                .iter()
                .fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, rest)
        }
        _ => return Err(Unreadable::Malformed),
    };
    let (content, after) = rest.split_at_checked(length).ok_or(Unreadable::Short)?;
    let whole = input.strip_suffix(after).unwrap_or(input);
    Ok((
        Element {
            tag,
            content,
            whole,
        },
        after,
    ))
}

/// A walk over the elements of a content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a>(pub(super) &'a [u8]);

impl<'a> Walk<'a> {
    /// The content of the first element, which must be a SEQUENCE.
    pub(super) fn into_sequence(input: &'a [u8]) -> Option<Self> {
        Walk(input).take(SEQUENCE).map(Walk)
    }

    /// The next element, whatever it is.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let (element, rest) = read(self.0).ok()?;
        self.0 = rest;
        Some(element)
    }

    /// The content of the next element, when it has this tag.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element.content)
    }

    /// The next element as a small whole number.
    pub(super) fn take_number(&mut self) -> Option<u32> {
        let digits = positive(self.take(INTEGER)?)?;
        if digits.len() > 4 {
            return None;
        }
        Some(
            digits
                .iter()
                .fold(0, |sum, byte| (sum << 8) | u32::from(*byte)),
        )
    }

    /// The object identifier of the algorithm that comes next, and its parameters.
    pub(super) fn take_algorithm(&mut self) -> Option<(String, Walk<'a>)> {
        let mut algorithm = Walk(self.take(SEQUENCE)?);
        let oid = dotted(algorithm.take(OID)?)?;
        Some((oid, algorithm))
    }
}

/// The magnitude of an INTEGER that is not negative, without leading zeros.
pub(super) fn positive(content: &[u8]) -> Option<&[u8]> {
    if content.first()? & 0x80 != 0 {
        return None;
    }
    Some(without_zeros(content))
}

/// An object identifier in dotted form; nothing when an arc is larger than any that is in use.
pub(super) fn dotted(content: &[u8]) -> Option<String> {
    if content.is_empty() || content.len() > 40 || content.last()? & 0x80 != 0 {
        return None;
    }
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for byte in content {
        arc = arc.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let root = (arc / 40).min(2);
                arcs.push(root);
                arc -= root * 40;
            }
            arcs.push(arc);
            arc = 0;
        }
    }
    let arcs: Vec<String> = arcs.iter().map(ToString::to_string).collect();
    Some(arcs.join("."))
}

fn without_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Writes an element.
pub(super) fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let significant = without_zeros(&length);
    match (significant.len(), significant) {
        (0, _) => out.push(0),
        (1, [byte @ 0..=0x7f]) => out.push(*byte),
        (count, bytes) => {
            out.push(0x80 | u8::try_from(count).unwrap_or(8));
            out.extend_from_slice(bytes);
        }
    }
    out.extend_from_slice(content);
    out
}

/// Writes an INTEGER from a magnitude.
pub(super) fn write_integer(magnitude: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(magnitude.len() + 1);
    if magnitude.first().is_none_or(|byte| byte & 0x80 != 0) {
        content.push(0);
    }
    content.extend_from_slice(magnitude);
    write(INTEGER, &content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lengths_round_trip() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let written = write(OCTET_STRING, &content);
            let (element, rest) = read(&written).expect("readable");
            assert_eq!((element.tag, element.content.len()), (OCTET_STRING, size));
            assert_eq!(element.whole, written);
            assert!(rest.is_empty());
        }
    }

    #[test]
    fn a_structure_longer_than_the_data_is_short_not_malformed() {
        assert_eq!(
            read(&[0x30, 0x82, 0x01]).err(),
            Some(Unreadable::Short),
            "length itself is cut"
        );
        assert_eq!(read(&[0x30, 0x05, 0x02]).err(), Some(Unreadable::Short));
        assert_eq!(read(&[0x30, 0x80, 0, 0]).err(), Some(Unreadable::Malformed));
    }

    #[test]
    fn object_identifiers_are_dotted() {
        let rsa = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        assert_eq!(dotted(&rsa).as_deref(), Some("1.2.840.113549.1.1.1"));
        assert_eq!(dotted(&[0x88, 0x37]).as_deref(), Some("2.999"));
        assert_eq!(dotted(&[0x80]), None);
        assert_eq!(dotted(&[0xff; 40]), None);
    }

    #[test]
    fn integers_lose_and_gain_their_sign_octet() {
        assert_eq!(positive(&[0, 0x80]), Some(&[0x80][..]));
        assert_eq!(positive(&[0x80]), None);
        assert_eq!(write_integer(&[0x80]), [INTEGER, 2, 0, 0x80]);
        assert_eq!(write_integer(&[]), [INTEGER, 1, 0]);
    }
}
