//! A capture is read into what its message says.

use hybridcheck_core::outside::Outside;
use hybridcheck_core::time::Timestamp;
use roxmltree::{Document, Error, Node, ParsingOptions};

use super::capture::{self, Capture};
use super::element::{children, is, named};
use super::message::{
    Assertion, Attribute, Confirmation, Message, Moment, Raw, Response, Structure,
};
use super::unreadable::Unreadable;
use super::{NS_ASSERTION, NS_PROTOCOL, signature};

/// Elements and attributes of the largest real messages stay far below these; hostile ones must not take memory or time.
const MOST_TAGS: usize = 20_000;
const MOST_ATTRIBUTES: usize = 20_000;
const MOST_NAMESPACES: usize = 1_000;
/// More of one kind than any message holds are not listed.
const MOST_LISTED: usize = 100;

/// Reads a capture; signatures are verified with the certificates that they carry and with those that are known (DER).
pub fn read(capture: &[u8], known: &[Vec<u8>]) -> Result<Message, Unreadable> {
    let Capture {
        layers,
        oddities,
        xml,
    } = capture::open(capture)?;
    let document = parse(&xml)?;
    let root = document.root_element();
    let is_response = is(root, NS_PROTOCOL, "Response");
    let direct: Vec<Node<'_, '_>> = if is_response {
        children(root, NS_ASSERTION, "Assertion").collect()
    } else if is(root, NS_ASSERTION, "Assertion") {
        vec![root]
    } else {
        return Err(stranger(root));
    };
    let used = direct.first().copied();
    let (signatures, unread_signatures) = signature::all(&document, used, known);
    let structure = Structure {
        unread_signatures,
        ..structure(&document, &direct)
    };
    Ok(Message {
        form: layers,
        oddities,
        response: is_response.then(|| response(root)),
        assertion: used.map(assertion),
        signatures,
        structure,
    })
}

fn parse(xml: &str) -> Result<Document<'_>, Unreadable> {
    for (what, mark, cap) in [
        ("elements", "<", MOST_TAGS),
        ("attributes", "=", MOST_ATTRIBUTES),
        ("namespaces", "xmlns", MOST_NAMESPACES),
    ] {
        if xml.matches(mark).count() > cap {
            return Err(Unreadable::TooMuchMarkup { what });
        }
    }
    let options = ParsingOptions {
        allow_dtd: false,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(xml, options).map_err(|error| match error {
        Error::DtdDetected => Unreadable::Dtd {
            what: "a document type (DTD)",
        },
        Error::UnknownEntityReference(..) | Error::EntityReferenceLoop(_) => Unreadable::Dtd {
            what: "a reference to an entity that XML does not know",
        },
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream => Unreadable::CutOff {
            what: "the XML inside has no end",
        },
        error => Unreadable::NotXml {
            problem: Outside::of(error.to_string()).shown(200).to_string(),
        },
    })
}

fn stranger(root: Node<'_, '_>) -> Unreadable {
    let namespace = root.tag_name().namespace().unwrap_or_default();
    let name = Outside::of(root.tag_name().name()).shown(60);
    let hint = match (namespace, root.tag_name().name()) {
        (NS_PROTOCOL, "AuthnRequest" | "LogoutRequest") => {
            ", which the service sends to the identity provider; the SAMLResponse comes back"
        }
        (NS_ASSERTION, "EncryptedAssertion") => {
            ", which Genesys Cloud does not support (documented)"
        }
        (namespace, _) if namespace.starts_with("urn:oasis:names:tc:SAML:1.") => {
            " of SAML 1; Genesys Cloud speaks SAML 2.0"
        }
        (namespace, _) if namespace.contains("soap") => {
            ", a SOAP message; give the Response or Assertion inside it"
        }
        _ => ", which is neither a samlp:Response nor a saml:Assertion of SAML 2.0",
    };
    Unreadable::NotSaml {
        found: format!("XML whose root is {name}{hint}"),
    }
}

fn attribute_of(node: Node<'_, '_>, name: &str) -> Option<Raw> {
    node.attribute(name).map(|value| Raw(value.into()))
}

/// All text directly in an element; a comment does not end it, as it does not for what is signed.
fn text_of(node: Node<'_, '_>) -> Raw {
    let texts = node.children().filter(Node::is_text);
    let text: String = texts.filter_map(|text| text.text()).collect();
    Raw(text.into())
}

fn text_in(node: Node<'_, '_>, name: &'static str) -> Option<Raw> {
    children(node, NS_ASSERTION, name).next().map(text_of)
}

fn moment(node: Node<'_, '_>, name: &str) -> Option<Moment> {
    let text = node.attribute(name)?;
    // A day alone is a date, but no xs:dateTime.
    let at = Timestamp::parse(text.trim())
        .ok()
        .filter(|_| text.contains('T'));
    Some(Moment {
        text: Raw(text.into()),
        at,
    })
}

fn response(node: Node<'_, '_>) -> Response {
    let status = children(node, NS_PROTOCOL, "Status").next();
    let codes = status.into_iter().flat_map(|status| {
        status
            .descendants()
            .filter(|code| is(*code, NS_PROTOCOL, "StatusCode"))
            .take(4)
    });
    let codes = codes.filter_map(|code| code.attribute("Value"));
    let message = status.and_then(|status| children(status, NS_PROTOCOL, "StatusMessage").next());
    Response {
        id: attribute_of(node, "ID"),
        issuer: text_in(node, "Issuer"),
        destination: attribute_of(node, "Destination"),
        in_response_to: attribute_of(node, "InResponseTo"),
        issued: moment(node, "IssueInstant"),
        status: codes
            .map(|code| {
                Raw(code
                    .trim_start_matches("urn:oasis:names:tc:SAML:2.0:status:")
                    .into())
            })
            .collect(),
        status_message: message.map(text_of),
    }
}

fn assertion(node: Node<'_, '_>) -> Assertion {
    let subject = children(node, NS_ASSERTION, "Subject").next();
    let name_id = subject.and_then(|subject| children(subject, NS_ASSERTION, "NameID").next());
    let confirmations = subject
        .into_iter()
        .flat_map(|subject| children(subject, NS_ASSERTION, "SubjectConfirmation"));
    let conditions = children(node, NS_ASSERTION, "Conditions").next();
    let audiences = conditions.into_iter().flat_map(|conditions| {
        children(conditions, NS_ASSERTION, "AudienceRestriction")
            .flat_map(|restriction| children(restriction, NS_ASSERTION, "Audience"))
    });
    let statements = children(node, NS_ASSERTION, "AttributeStatement");
    let attributes =
        statements.flat_map(|statement| children(statement, NS_ASSERTION, "Attribute"));
    let authn = children(node, NS_ASSERTION, "AuthnStatement").next();
    Assertion {
        id: attribute_of(node, "ID"),
        version: attribute_of(node, "Version"),
        issuer: text_in(node, "Issuer"),
        issued: moment(node, "IssueInstant"),
        subject: name_id.map(text_of),
        subject_format: name_id.and_then(|name_id| attribute_of(name_id, "Format")),
        confirmations: confirmations.take(MOST_LISTED).map(confirmation).collect(),
        not_before: conditions.and_then(|conditions| moment(conditions, "NotBefore")),
        not_on_or_after: conditions.and_then(|conditions| moment(conditions, "NotOnOrAfter")),
        audiences: audiences.take(MOST_LISTED).map(text_of).collect(),
        authenticated: authn.and_then(|authn| moment(authn, "AuthnInstant")),
        attributes: attributes
            .take(MOST_LISTED)
            .map(|attribute| Attribute {
                name: attribute_of(attribute, "Name").unwrap_or(Raw(Outside::default())),
                name_format: attribute_of(attribute, "NameFormat"),
                values: children(attribute, NS_ASSERTION, "AttributeValue")
                    .take(MOST_LISTED)
                    .map(text_of)
                    .collect(),
            })
            .collect(),
    }
}

fn confirmation(node: Node<'_, '_>) -> Confirmation {
    let data = children(node, NS_ASSERTION, "SubjectConfirmationData").next();
    Confirmation {
        method: attribute_of(node, "Method"),
        recipient: data.and_then(|data| attribute_of(data, "Recipient")),
        not_before: data.and_then(|data| moment(data, "NotBefore")),
        not_on_or_after: data.and_then(|data| moment(data, "NotOnOrAfter")),
        in_response_to: data.and_then(|data| attribute_of(data, "InResponseTo")),
    }
}

fn structure(document: &Document<'_>, direct: &[Node<'_, '_>]) -> Structure {
    let root = document.root_element();
    let elements = || document.descendants().filter(Node::is_element);
    let hidden = elements().filter(|node| {
        let is_assertion = is(*node, NS_ASSERTION, "Assertion") && !direct.contains(node);
        is_assertion || (is(*node, NS_PROTOCOL, "Response") && *node != root)
    });
    let place = |node: Node<'_, '_>| {
        let parent = node.parent_element().map_or_else(String::new, named);
        format!("{} in {parent}", named(node))
    };
    let encrypted = elements().find(|node| {
        let name = node.tag_name().name();
        node.tag_name().namespace() == Some(NS_ASSERTION)
            && matches!(
                name,
                "EncryptedAssertion" | "EncryptedID" | "EncryptedAttribute"
            )
    });
    let split = elements().filter(|node| {
        let is_text = |child: &Node<'_, '_>| {
            child.is_text() && child.text().is_some_and(|text| !text.trim().is_empty())
        };
        node.tag_name().namespace() == Some(NS_ASSERTION)
            && node
                .children()
                .any(|child| child.is_comment() || child.is_pi())
            && node.children().any(|child| is_text(&child))
    });
    let mut ids: Vec<&str> = elements()
        .flat_map(|node| signature::ids(node).collect::<Vec<_>>())
        .collect();
    ids.sort_unstable();
    let pairs = ids.iter().zip(ids.iter().skip(1));
    let mut duplicates: Vec<&str> = pairs
        .filter(|(one, next)| one == next)
        .map(|(one, _)| *one)
        .collect();
    duplicates.dedup();
    let duplicates = duplicates.into_iter().take(MOST_LISTED);
    let signed_twice = elements().filter(|node| signature::in_element(*node).nth(1).is_some());
    Structure {
        assertions: direct.len(),
        hidden: hidden.take(MOST_LISTED).map(place).collect(),
        encrypted: encrypted.map(named),
        duplicate_ids: duplicates.map(|id| Raw(id.into())).collect(),
        signed_twice: signed_twice.take(MOST_LISTED).map(named).collect(),
        split_texts: split.take(MOST_LISTED).map(named).collect(),
        unread_signatures: 0,
    }
}
