"""What independent SAML software says: python3-saml, signxml, lxml and the SAML schema. Answers are JSON on standard output.

judge CERT      standard input: {"xml", "issuer", "audience", "acs"}; answer: {tool: "ok" or what it complains about}
canonical       standard input: [[xml, local name, [prefixes]], ...]; answer: the exclusive canonical forms
sign KEY CERT   standard input: {"xml", "id", "signature", "digest"}; answer: the signed document
"""

import base64
import json
import pathlib
import sys
from urllib.parse import urlsplit

import onelogin.saml2
from lxml import etree
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLSigner, XMLVerifier, methods

ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


class Signer(XMLSigner):
    """Signs with SHA-1 too, as old senders do."""

    def check_deprecated_methods(self):
        pass


def said(check):
    try:
        check()
        return "ok"
    except Exception as error:  # every complaint is an answer
        return f"{type(error).__name__}: {error}"[:300]


def by_signxml(document, certificate):
    config = SignatureConfiguration(expect_references=1)
    signed = XMLVerifier().verify(document["xml"].encode(), x509_cert=certificate, expect_config=config, id_attribute="ID")
    assert signed.signed_xml.tag == ASSERTION, signed.signed_xml.tag


def by_python3_saml(document, certificate):
    xml = document["xml"].encode()
    if etree.fromstring(xml).tag == ASSERTION:
        path = "/saml:Assertion/ds:Signature"
        assert OneLogin_Saml2_Utils.validate_sign(xml, cert=certificate, xpath=path, raise_exceptions=True)
        return
    acs = urlsplit(document["acs"])
    settings = OneLogin_Saml2_Settings(
        {
            "strict": True,
            "sp": {"entityId": document["audience"], "assertionConsumerService": {"url": document["acs"]}},
            "idp": {
                "entityId": document["issuer"],
                "singleSignOnService": {"url": "https://idp.example/sso"},
                "x509cert": certificate,
            },
            "security": {"wantAssertionsSigned": True},
        }
    )
    request = {"https": "on", "http_host": acs.netloc, "script_name": acs.path, "get_data": {}, "post_data": {}}
    response = OneLogin_Saml2_Response(settings, base64.b64encode(xml).decode())
    assert response.is_valid(request, raise_exceptions=True)


def by_schema(document):
    folder = pathlib.Path(onelogin.saml2.__file__).parent / "schemas"
    schema = etree.XMLSchema(file=str(folder / "saml-schema-protocol-2.0.xsd"))
    schema.assertValid(etree.fromstring(document["xml"].encode()))


def judge(certificate):
    document = json.load(sys.stdin)
    pem = pathlib.Path(certificate).read_text()
    return {
        "python3-saml": said(lambda: by_python3_saml(document, pem)),
        "signxml": said(lambda: by_signxml(document, pem)),
        "schema": said(lambda: by_schema(document)),
    }


def canonical():
    forms = []
    for xml, name, prefixes in json.load(sys.stdin):
        root = etree.fromstring(xml.encode())
        apex = root.xpath(f"//*[local-name()='{name}']")[0]
        prefixes = ["#default" if prefix == "" else prefix for prefix in prefixes]
        form = etree.tostring(
            apex, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None
        )
        forms.append(form.decode())
    return forms


def sign(key, certificate):
    document = json.load(sys.stdin)
    root = etree.fromstring(document["xml"].encode())
    element = root.xpath("//*[@ID=$id]", id=document["id"])[0]
    signer = Signer(
        method=methods.enveloped,
        signature_algorithm=SignatureMethod[document["signature"]],
        digest_algorithm=DigestAlgorithm[document["digest"]],
        c14n_algorithm=EXCLUSIVE,
    )
    signed = signer.sign(
        element,
        key=pathlib.Path(key).read_text(),
        cert=pathlib.Path(certificate).read_text(),
        reference_uri="#" + document["id"],
    )
    if element is root:
        root = signed
    else:
        element.getparent().replace(element, signed)
    return etree.tostring(root).decode()


json.dump({"judge": judge, "canonical": canonical, "sign": sign}[sys.argv[1]](*sys.argv[2:]), sys.stdout)
