//! A tolerant PEM scanner: real values arrive flattened, indented, or with the headers of RFC 1421, which strict readers refuse.

use base64ct::{Base64, Encoding};
use hybridcheck_core::facts::{Quirk, Undecodable};

use super::der;
use super::quirks::{Quirks, is_blank};

/// What one BEGIN and END pair (or one bare base64 value) holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// The encryption that `DEK-Info` names.
    pub(super) dek: Option<Dek>,
    /// DER, or ciphertext when there is a `dek`.
    pub(super) bytes: Vec<u8>,
}

/// `DEK-Info: AES-256-CBC,0123…` (RFC 1421 section 4.6.1.3, as OpenSSL writes it).
#[derive(Clone, Debug)]
pub(super) struct Dek {
    /// The cipher's name, upper case.
    pub(super) cipher: String,
    /// The initialisation vector; empty when it cannot be read.
    pub(super) iv: Vec<u8>,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) blocks: Vec<Block>,
    /// How many pairs could not be decoded, and why the first could not.
    pub(super) failures: Vec<Undecodable>,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END";
const DASHES: &str = "-----";
/// Longer than any label in use.
const LABEL_LIMIT: usize = 60;

/// Whether a text holds the beginning of a PEM.
pub(super) fn is_pem(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Reads every BEGIN and END pair of a text whose line ends are plain line feeds.
pub(super) fn scan(text: &str, characters: usize, quirks: &mut Quirks) -> Scan {
    let mut found = Scan::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        note_stray_text(before, quirks);
        let Some((_, body)) = after
            .split_once(DASHES)
            .filter(|(label, _)| label.len() <= LABEL_LIMIT)
        else {
            found.failures.push(Undecodable::CutOff { characters });
            rest = after;
            continue;
        };
        let next = body.find(BEGIN).unwrap_or(body.len());
        let (_, next) = body.split_at_checked(next).unwrap_or((body, ""));
        let closed = body
            .split_once(END)
            .filter(|(_, after)| after.len() >= next.len())
            .and_then(|(inner, after)| Some((inner, after.split_once(DASHES)?.1)));
        let Some((inner, after)) = closed else {
            found.failures.push(Undecodable::CutOff { characters });
            rest = next;
            continue;
        };
        rest = after;
        note_layout(inner, quirks);
        match block(inner) {
            Ok(block) => found.blocks.push(block),
            Err(failure) => found.failures.push(failure),
        }
    }
    note_stray_text(rest, quirks);
    found
}

fn note_stray_text(text: &str, quirks: &mut Quirks) {
    if !text.chars().all(is_blank) {
        quirks.insert(Quirk::Preamble);
    }
}

fn note_layout(body: &str, quirks: &mut Quirks) {
    if body.contains('\n') {
        if body.contains("\n ") || body.contains("\n\t") {
            quirks.insert(Quirk::Indented);
        }
    } else if body
        .get(headers_end(body)..)
        .is_some_and(|rest| rest.contains(is_blank))
    {
        quirks.insert(Quirk::FlattenedWithBlanks);
    } else {
        quirks.insert(Quirk::FlattenedWithoutBreaks);
    }
}

/// Where the part of a flattened body ends in which blanks belong to the headers and are no former line breaks.
fn headers_end(body: &str) -> usize {
    const LAST: &str = "DEK-Info: ";
    body.find(LAST).map_or(0, |at| at + LAST.len())
}

fn block(body: &str) -> Result<Block, Undecodable> {
    let (dek, body) = match body.split_once("DEK-Info:") {
        Some((_, info)) => {
            let (dek, body) = dek(info).ok_or(Undecodable::NotDer)?;
            (Some(dek), body)
        }
        None => (None, body),
    };
    let base64: String = body.chars().filter(|c| !is_blank(*c)).collect();
    let bytes = Base64::decode_vec(&base64).map_err(|_| Undecodable::NotEncoded)?;
    // Both ends are there, so what is missing was lost inside: that is damage, not a cut.
    if dek.is_none() && der::read(&bytes).is_err() && !is_pkcs12_ber(&bytes) {
        return Err(Undecodable::NotDer);
    }
    Ok(Block { dek, bytes })
}

/// A PKCS#12 store of indefinite length (`30 80 02 01 03`), as older browsers export it.
pub(super) fn is_pkcs12_ber(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x30, 0x80, 0x02, 0x01, 0x03])
}

/// Reads cipher and vector, and what follows them. When line breaks were removed, base64 follows the vector at once
/// and may go on with hexadecimal digits, so the vector is cut by the length that its cipher has.
fn dek(info: &str) -> Option<(Dek, &str)> {
    let (cipher, rest) = info.split_once(',')?;
    let cipher = cipher.trim().to_ascii_uppercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if cipher.is_empty() || cipher.len() > 40 || !cipher.chars().all(is_name) {
        return None;
    }
    let rest = rest.trim_start();
    let digits = if cipher.starts_with("AES") || cipher.starts_with("CAMELLIA") {
        32
    } else {
        16
    };
    let (hex, body) = rest.split_at_checked(digits)?;
    let iv = (0..digits / 2)
        .map(|index| u8::from_str_radix(hex.get(2 * index..2 * index + 2)?, 16).ok())
        .collect::<Option<Vec<u8>>>()
        .unwrap_or_default();
    Some((Dek { cipher, iv }, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(text: &str) -> (usize, Vec<Undecodable>) {
        let scan = scan(text, 7, &mut Quirks::new());
        (scan.blocks.len(), scan.failures)
    }

    const CUT: Undecodable = Undecodable::CutOff { characters: 7 };

    #[test]
    fn a_missing_end_is_a_cut() {
        for text in [
            "-----BEGIN A",
            "-----BEGIN A-----",
            "-----BEGIN A-----\nMAA=\n",
            "-----BEGIN A-----\nMAA=\n-----END A--",
        ] {
            assert_eq!(scanned(text), (0, vec![CUT]), "{text}");
        }
    }

    #[test]
    fn the_next_begin_ends_a_block_that_was_cut() {
        let text = "-----BEGIN A-----\nMAA\n-----BEGIN B-----\nMAA=\n-----END B-----";
        assert_eq!(scanned(text), (1, vec![CUT]));
    }

    #[test]
    fn damage_inside_is_not_a_cut() {
        let (_, failures) = scanned("-----BEGIN A-----\nMAM=\n-----END A-----");
        assert_eq!(failures, [Undecodable::NotDer]);
        let (_, failures) = scanned("-----BEGIN A----- ...== -----END A-----");
        assert_eq!(failures, [Undecodable::NotEncoded]);
    }

    #[test]
    fn the_vector_is_cut_by_its_known_length() {
        let flat = " DES-CBC,0011223344556677ABCDMAA=";
        let (dek, body) = dek(flat).expect("a DEK");
        assert_eq!(dek.cipher, "DES-CBC");
        assert_eq!(dek.iv, [0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]);
        assert_eq!(body, "ABCDMAA=");
    }
}
