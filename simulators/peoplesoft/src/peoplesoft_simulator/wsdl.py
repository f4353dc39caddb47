"""The WSDL 1.1 a site serves for its voucher component interface: document/literal, schemas inline."""

from copy import deepcopy

from lxml import etree
from lxml.etree import _Element as Element

from peoplesoft_simulator.schema import SiteShape, fault_schema
from peoplesoft_simulator.site import (
    MESSAGE_ROLES,
    OPERATIONS,
    RESPONSES,
    SUFFIXES,
    MessageRole,
    Operation,
    Site,
)

WSDL = "http://schemas.xmlsoap.org/wsdl/"
SOAP = "http://schemas.xmlsoap.org/wsdl/soap/"


def wsdl_document(site: Site, shape: SiteShape, *, address: str) -> bytes:
    """The service description, with `address` as the place to post to."""
    namespaces = {"wsdl": WSDL, "soap": SOAP, "svc": site.service_namespace}
    root = etree.Element(f"{{{WSDL}}}definitions", nsmap=namespaces)
    root.set("name", f"{site.service}.1")
    root.set("targetNamespace", site.service_namespace)
    types = etree.SubElement(root, f"{{{WSDL}}}types")
    for role in MESSAGE_ROLES:
        types.append(deepcopy(shape.schemas[role]))
    types.append(fault_schema())
    for role in MESSAGE_ROLES:
        message = etree.SubElement(root, f"{{{WSDL}}}message", name=f"{site.message(role)}.V1")
        # Each part declares its own prefix: declared on the root, lxml would drop the schemas' equal "tns".
        part = etree.SubElement(message, f"{{{WSDL}}}part", nsmap={"msg": site.namespace(role)})
        part.set("name", "parameter")
        part.set("element", f"msg:{_root_of(site, role)}")
    fault = etree.SubElement(root, f"{{{WSDL}}}message", name="CIFault")
    etree.SubElement(fault, f"{{{WSDL}}}part", name="parameter", element="IBResponse")
    port_type = etree.SubElement(root, f"{{{WSDL}}}portType", name=f"{site.service}_PortType")
    for operation in OPERATIONS:
        _operation(port_type, site, operation)
    binding = etree.SubElement(root, f"{{{WSDL}}}binding", name=f"{site.service}_Binding")
    binding.set("type", f"svc:{site.service}_PortType")
    etree.SubElement(
        binding, f"{{{SOAP}}}binding", style="document", transport="http://schemas.xmlsoap.org/soap/http"
    )
    for operation in OPERATIONS:
        _bound_operation(binding, site, operation)
    service = etree.SubElement(root, f"{{{WSDL}}}service", name=site.service)
    port = etree.SubElement(service, f"{{{WSDL}}}port", name=f"{site.service}_Port")
    port.set("binding", f"svc:{site.service}_Binding")
    etree.SubElement(port, f"{{{SOAP}}}address", location=address)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _root_of(site: Site, role: MessageRole) -> str:
    for operation in OPERATIONS:
        if role == operation:
            return site.root(operation)
        if role == RESPONSES[operation]:
            return f"{site.root(operation)}Response"
    raise ValueError(f"no body element for {role}")


def _operation(port_type: Element, site: Site, operation: Operation) -> None:
    element = etree.SubElement(
        port_type, f"{{{WSDL}}}operation", name=f"{site.service}_{SUFFIXES[operation]}"
    )
    etree.SubElement(element, f"{{{WSDL}}}input", message=f"svc:{site.message(operation)}.V1")
    etree.SubElement(element, f"{{{WSDL}}}output", message=f"svc:{site.message(RESPONSES[operation])}.V1")
    etree.SubElement(element, f"{{{WSDL}}}fault", name="CIFault", message="svc:CIFault")


def _bound_operation(binding: Element, site: Site, operation: Operation) -> None:
    element = etree.SubElement(binding, f"{{{WSDL}}}operation", name=f"{site.service}_{SUFFIXES[operation]}")
    etree.SubElement(element, f"{{{SOAP}}}operation", soapAction=site.alias(operation), style="document")
    for direction in ("input", "output"):
        part = etree.SubElement(element, f"{{{WSDL}}}{direction}")
        etree.SubElement(part, f"{{{SOAP}}}body", use="literal")
    fault = etree.SubElement(element, f"{{{WSDL}}}fault", name="CIFault")
    etree.SubElement(fault, f"{{{SOAP}}}fault", name="CIFault", use="literal")
