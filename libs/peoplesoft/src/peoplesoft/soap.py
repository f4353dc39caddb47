"""The SOAP 1.1 envelope around a message, and the WS-Security header in it."""

from __future__ import annotations

from typing import Final

from lxml import etree

from peoplesoft.credentials import Credentials

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_WSSE: Final = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_PASSWORD_TEXT: Final = (
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"  # noqa: S105
)
_EMPTY_HEADER: Final = b"<soapenv:Header/>"


def envelope(body: etree._Element) -> bytes:
    """A whole envelope with an empty header around `body`; the same tree always gives the same bytes."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soapenv": SOAP})
    etree.SubElement(root, f"{{{SOAP}}}Header")
    etree.SubElement(root, f"{{{SOAP}}}Body").append(body)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def with_username_token(message: bytes, credentials: Credentials) -> bytes:
    """`message`, as `envelope` made it, with operator and password in a UsernameToken (clear text, as
    PeopleSoft takes it). Made last, so that neither digests nor stored messages ever hold the password.
    """
    header = etree.Element(f"{{{SOAP}}}Header", nsmap={"soapenv": SOAP, "wsse": _WSSE})
    security = etree.SubElement(header, f"{{{_WSSE}}}Security", {f"{{{SOAP}}}mustUnderstand": "1"})
    token = etree.SubElement(security, f"{{{_WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{_WSSE}}}Username").text = credentials.operator
    etree.SubElement(token, f"{{{_WSSE}}}Password", {"Type": _PASSWORD_TEXT}).text = credentials.password
    return message.replace(_EMPTY_HEADER, etree.tostring(header, encoding="UTF-8", xml_declaration=False), 1)
