//! Why a capture cannot be explained.

/// Why a capture cannot be explained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It ends too early.
    #[error("the value ends too early: {what}")]
    CutOff {
        /// What shows it.
        what: &'static str,
    },
    /// A document type or an entity of its own.
    #[error(
        "the XML contains {what}: refused, since no SAML message has one and it is the tool of attacks"
    )]
    Dtd {
        /// Which of the two.
        what: &'static str,
    },
    /// Nothing there.
    #[error("the capture is empty")]
    Empty,
    /// Not the expected kind of text.
    #[error("expected a SAMLResponse, found {found}")]
    NotSaml {
        /// What it is instead.
        found: String,
    },
    /// XML that is not well-formed.
    #[error("the XML is not well-formed: {problem}")]
    NotXml {
        /// What is wrong, and where.
        problem: String,
    },
    /// More than a cap allows.
    #[error(
        "{what} is larger than {cap} bytes, more than any SAML message; only that much was read"
    )]
    TooLarge {
        /// The capture or the XML inside.
        what: &'static str,
        /// The cap.
        cap: usize,
    },
    /// More elements or attributes than any real message has.
    #[error("the XML has more {what} than any SAML message")]
    TooMuchMarkup {
        /// Of what there are too many.
        what: &'static str,
    },
    /// Text in an encoding that cannot be read.
    #[error("the XML cannot be read as text: {problem}")]
    WrongEncoding {
        /// What was declared, and what was found.
        problem: String,
    },
}
