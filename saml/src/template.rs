//! The one form in which assertions are written here: text that already is its own exclusive canonical form, so that digest and
//! signature are made over strings. The order of attributes and the absence of self-closing tags are what makes it so.

use super::{
    Claims, ENVELOPED, EXCLUSIVE, NS_ASSERTION, NS_PROTOCOL, NS_SIGNATURE, RSA_SHA256, SHA256,
};

/// How attributes are named in what Genesys customers show of their assertions.
const NAME_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified";
/// The default of the provider's `nameIdentifierFormat`.
const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const AUTHN_CONTEXT: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// The assertion with whatever stands behind its issuer: nothing, or the signature.
pub(super) fn assertion(claims: &Claims, signature: &str) -> String {
    let email = text(claims.email.raw());
    let mut attributes = attribute("OrganizationName", claims.organization.raw());
    if let Some(service) = &claims.service_name {
        attributes += &attribute("ServiceName", service.raw());
    }
    attributes += &attribute("email", claims.email.raw());
    format!(
        "<saml:Assertion xmlns:saml=\"{NS_ASSERTION}\" ID=\"{id}\" IssueInstant=\"{issued}\" Version=\"2.0\">\
         <saml:Issuer>{issuer}</saml:Issuer>{signature}\
         <saml:Subject><saml:NameID Format=\"{NAME_ID_FORMAT}\">{email}</saml:NameID>\
         <saml:SubjectConfirmation Method=\"{BEARER}\">\
         <saml:SubjectConfirmationData NotOnOrAfter=\"{end}\" Recipient=\"{recipient}\"></saml:SubjectConfirmationData>\
         </saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"{begin}\" NotOnOrAfter=\"{end}\">\
         <saml:AudienceRestriction><saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"{issued}\"><saml:AuthnContext>\
         <saml:AuthnContextClassRef>{AUTHN_CONTEXT}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
         <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>",
        id = claims.id,
        issued = claims.issued,
        issuer = text(claims.issuer.raw()),
        recipient = value(claims.recipient.raw()),
        audience = text(claims.audience.raw()),
        begin = claims.not_before,
        end = claims.not_on_or_after,
    )
}

/// `SignedInfo`, with the namespace that it inherits in the document but must carry where it stands alone.
pub(super) fn signed_info(id: &str, digest: &str) -> String {
    format!(
        "<ds:SignedInfo xmlns:ds=\"{NS_SIGNATURE}\">{}</ds:SignedInfo>",
        signed_info_content(id, digest)
    )
}

/// The signature of an assertion.
pub(super) fn signature(id: &str, digest: &str, signature: &str, certificate: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"{NS_SIGNATURE}\"><ds:SignedInfo>{}</ds:SignedInfo>\
         <ds:SignatureValue>{signature}</ds:SignatureValue>\
         <ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        signed_info_content(id, digest)
    )
}

/// The response that carries an assertion; `InResponseTo` is absent, since nobody asked.
pub(super) fn response(claims: &Claims, assertion: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"{NS_PROTOCOL}\" Destination=\"{destination}\" ID=\"{id}\" IssueInstant=\"{issued}\" Version=\"2.0\">\
         <saml:Issuer xmlns:saml=\"{NS_ASSERTION}\">{issuer}</saml:Issuer>\
         <samlp:Status><samlp:StatusCode Value=\"{SUCCESS}\"></samlp:StatusCode></samlp:Status>{assertion}</samlp:Response>",
        destination = value(claims.recipient.raw()),
        id = claims.response_id,
        issued = claims.issued,
        issuer = text(claims.issuer.raw()),
    )
}

fn signed_info_content(id: &str, digest: &str) -> String {
    format!(
        "<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{RSA_SHA256}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms>\
         <ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{SHA256}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>"
    )
}

fn attribute(name: &str, content: &str) -> String {
    format!(
        "<saml:Attribute Name=\"{name}\" NameFormat=\"{NAME_FORMAT}\"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>",
        text(content)
    )
}

/// Text as canonical XML writes it.
pub(super) fn text(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for c in content.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out
}

/// An attribute's value as canonical XML writes it.
pub(super) fn value(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for c in content.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#x9;"),
            '\n' => out.push_str("&#xA;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_values_escape_what_canonical_xml_escapes() {
        let nasty = "& < > \" ' ]]>\r\n\t\u{1d11e}ä";
        assert_eq!(
            text(nasty),
            "&amp; &lt; &gt; \" ' ]]&gt;&#xD;\n\t\u{1d11e}ä"
        );
        assert_eq!(
            value(nasty),
            "&amp; &lt; > &quot; ' ]]>&#xD;&#xA;&#x9;\u{1d11e}ä"
        );
    }
}
