"""Where one node's connectors, its WSDLs and its queries are."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from peoplesoft.errors import ConfigurationError

_CONNECTOR: Final = "/PSIGW/PeopleSoftServiceListeningConnector"
_GATEWAY: Final = "/PSIGW"
_REST: Final = "/PSIGW/RESTListeningConnector"


class GatewayAddress:
    """The addresses of one node behind one gateway.

    `base_url` is scheme, host, port and what a proxy puts before /PSIGW; `node` goes into the path, where one gateway
    tells several databases apart, and may be empty. Raises ConfigurationError for a base URL that cannot be used.
    """

    def __init__(self, *, base_url: str, node: str) -> None:
        try:
            parts = urlsplit(base_url)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError as failure:
            raise ConfigurationError("the base URL cannot be read") from failure
        if parts.username is not None or parts.query or parts.fragment:
            raise ConfigurationError("the base URL must not carry credentials, a query or a fragment")
        if not usable:
            raise ConfigurationError(f"the base URL {base_url!r} needs http(s):// and a host")
        before = base_url.rstrip("/").removesuffix("/PSIGW")
        self._connector = f"{before}{_CONNECTOR}"
        self._gateway = f"{before}{_GATEWAY}"
        self._rest = f"{before}{_REST}"
        self._node = node
        self.endpoint = f"{self._connector}/{quote(node, safe='')}" if node else self._connector

    def wsdl_url(self, wsdl: str) -> str:
        """Where the site publishes the WSDL called `wsdl` ("CI_AP_VOUCHER.1", with or without ".wsdl")."""
        return f"{self.endpoint}/{quote(wsdl.removesuffix('.wsdl'), safe='')}.wsdl"

    def query_url(self, *, owner: str, query: str) -> str:
        """Where a query is run over REST and answers JSON. Raises ConfigurationError without a node: this connector
        has no default one.
        """
        if not self._node:
            raise ConfigurationError("queries over REST need the name of the node")
        where = "/".join(quote(part, safe="") for part in (self._node, "ExecuteQuery.v1", owner, query))
        return f"{self._rest}/{where}/JSON/NONFILE"

    def resource_url(self, root: str, resource: str) -> str:
        """Where an application service's resource is; `root` is given below /PSIGW. Raises ConfigurationError for a
        root that leads out of the gateway.
        """
        parts = root.strip("/").removeprefix("PSIGW/").split("/")
        if any(part in {"", ".", ".."} for part in parts):
            raise ConfigurationError(f"{root!r} is no root of application services below /PSIGW")
        return "/".join([self._gateway, *(quote(part, safe="") for part in (*parts, resource))])

    def own_url(self, location: str) -> str:
        """Where to fetch a document a WSDL imports from `location`.

        Sites publish WSDLs with the gateway's inner host name: the connector's path is kept and put behind our base
        URL. Anything outside the connector is a ConfigurationError, so that credentials go to no other host.
        """
        before, connector, rest = location.partition(_CONNECTOR)
        inside = rest.startswith(("/", "?")) and ".." not in rest
        if not connector or not inside or not before.startswith(("http://", "https://")):
            raise ConfigurationError(
                f"the WSDL imports {location}, which is not on this gateway: not fetched"
            )
        return f"{self._connector}{rest}"
