"""A caller that writes its SOAP by hand, so that no client's habits hide a fault."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from lxml import etree
from peoplesoft_simulator.query_catalogue import DELIVERED
from peoplesoft_simulator.site import Operation, Site
from yarl import URL

from .usual_voucher import Values, in_order, voucher

PASSWORD = "correct horse"
CONNECTOR = "/PSIGW/PeopleSoftServiceListeningConnector"
REST = "/PSIGW/RESTListeningConnector"
QAS = {"execute": "QAS_EXECUTEQRYSYNCPOLL_OPER.VERSION_1", "results": "QAS_GETQUERYRESULTS_OPER.VERSION_2"}
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as received."""

    status: int
    content_type: str
    raw: bytes

    @property
    def body(self) -> Any:
        """The element in the SOAP body."""
        (body,) = etree.fromstring(self.raw).iterchildren(f"{{{SOAP}}}Body")
        return body[0]

    def text(self, name: str) -> str | None:
        """Text of the first element of that local name."""
        found = self.body.xpath(f"descendant-or-self::*[local-name()='{name}']")
        return (found[0].text or "") if found else None

    def texts(self, name: str) -> list[str]:
        """Texts of all elements of that local name."""
        return [each.text or "" for each in self.body.xpath(f"descendant::*[local-name()='{name}']")]


@dataclass(slots=True, kw_only=True)
class Caller:
    """Calls one site of one running simulator."""

    url: str
    session: aiohttp.ClientSession
    site: Site = field(default_factory=lambda: Site(node="PSFT_EP"))
    password: str = PASSWORD

    async def control(self, method: str, path: str, body: Values | None = None) -> Any:
        """One call of the control API; its JSON, which must be a success."""
        async with self.session.request(method, f"{self.url}/control/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def fault(self, kind: str, *, operation: str = "create", **params: Any) -> None:
        """Order one fault."""
        await self.control("POST", "faults", {"kind": kind, "operation": operation, "params": params})

    def envelope(self, operation: Operation, values: Values, *, header: str = "") -> bytes:
        """An envelope with these elements as the body's children, by tag; lists are collections."""
        namespace = self.site.namespace(operation)
        inner = "".join(_element(name, value) for name, value in values.items())
        root = self.site.root(operation)
        return (
            f'<e:Envelope xmlns:e="{SOAP}"><e:Header>{header}</e:Header>'
            f'<e:Body><{root} xmlns="{namespace}">{inner}</{root}></e:Body></e:Envelope>'
        ).encode()

    async def call(self, operation: Operation, values: Values, **how: Any) -> Reply:
        """Call an operation with HTTP Basic."""
        return await self.send(self.envelope(operation, values), operation=operation, **how)

    async def send(
        self, raw: bytes, *, operation: Operation, basic: bool = True, path: str | None = None
    ) -> Reply:
        """Post these bytes."""
        headers = {"SOAPAction": f'"{self.site.alias(operation)}"', "Content-Type": "text/xml;charset=UTF-8"}
        if basic:
            headers["Authorization"] = aiohttp.encode_basic_auth("APSTREAM", self.password)
        async with self.session.post(
            f"{self.url}{CONNECTOR}/{path or self.site.node}",
            data=raw,
            headers=headers,
        ) as answer:
            return Reply(status=answer.status, content_type=answer.content_type, raw=await answer.read())

    async def create(self, **changes: Any) -> Reply:
        """Create the usual voucher with changes; None leaves a field out."""
        return await self.call("create", in_order(self.site, voucher(**changes)))

    async def query(self, name: str = "APS_SUPPLIERS", **prompts: Any) -> list[Values]:
        """The rows of a query over REST, which must be a success; prompts by the site's names."""
        answer = await self.query_raw(name, **prompts)
        assert answer.status == 200, answer.raw
        rows: list[Values] = json.loads(answer.raw)["data"]["query"]["rows"]
        return rows

    async def query_raw(self, name: str = "APS_SUPPLIERS", *, max_rows: int = 0, **how: Any) -> Reply:
        """Whatever a query over REST is answered with; what is not a prompt of the delivered query is `how`."""
        node, owner, form = (
            how.pop("node", self.site.node),
            how.pop("owner", "public"),
            how.pop("form", "JSON"),
        )
        more = {"json_resp": "true", "isconnectedquery": "N", **how.pop("parameters", {})}
        basic = how.pop("basic", ("APSTREAM", self.password))
        prompts = how.pop("raw_prompts", None) or _prompts(name, **{**delivered_prompts(name), **how})
        sent = "&".join(f"{key}={value}" for key, value in {"maxrows": max_rows, **more, **prompts}.items())
        address = f"{self.url}{REST}/{node}/ExecuteQuery.v1/{owner}/{name}/{form}/NONFILE?{sent}"
        headers = {"Authorization": aiohttp.encode_basic_auth(*basic)} if basic else {}
        async with self.session.get(URL(address, encoded=True), headers=headers) as answer:
            return Reply(status=answer.status, content_type=answer.content_type, raw=await answer.read())

    async def query_soap(self, step: str, inner: str, **how: Any) -> Reply:
        """One call of a query's service operation, `execute` or `results`."""
        body = f'<e:Envelope xmlns:e="{SOAP}"><e:Body>{inner}</e:Body></e:Envelope>'
        headers = {"SOAPAction": f'"{QAS[step]}"', "Content-Type": "text/xml;charset=UTF-8"}
        headers["Authorization"] = aiohttp.encode_basic_auth(how.get("operator", "APSTREAM"), self.password)
        async with self.session.post(
            f"{self.url}{CONNECTOR}/{self.site.node}", data=body.encode(), headers=headers
        ) as answer:
            return Reply(status=answer.status, content_type=answer.content_type, raw=await answer.read())

    async def execute(
        self, name: str = "APS_SUPPLIERS", *, max_rows: int = 0, kb: int = 0, **prompts: str
    ) -> Reply:
        """Start a query over SOAP."""
        filled = {**delivered_prompts(name), **prompts}
        slots = "".join(
            f"<PROMPT><PSQueryName>{name}</PSQueryName><UniquePromptName>{prompt}</UniquePromptName>"
            f"<FieldValue>{value}</FieldValue></PROMPT>"
            for prompt, value in filled.items()
        )
        return await self.query_soap(
            "execute",
            '<QAS_EXEQRYSYNCPOLL_REQ_MSG xmlns="urn:any"><QAS_EXEQRYSYNCPOLL_REQ>'
            f"<QueryName>{name}</QueryName><isConnectedQuery>N</isConnectedQuery><OwnerType>PUBLIC</OwnerType>"
            f"<BlockSizeKB>{kb}</BlockSizeKB><MaxRow>{max_rows}</MaxRow><OutResultType>XMLP</OutResultType>"
            f"<OutResultFormat>NONFILE</OutResultFormat><Prompts>{slots}</Prompts>"
            "</QAS_EXEQRYSYNCPOLL_REQ></QAS_EXEQRYSYNCPOLL_REQ_MSG>",
        )

    async def results(self, instance: str | None, block: int = 1, **how: Any) -> Reply:
        """Ask for a block of results."""
        return await self.query_soap(
            "results",
            '<q:QAS_GETQUERYRESULTS_REQ_MSG xmlns:q="urn:any"><q:QAS_GETQUERYRESULTS_REQ><q:PTQASWRK class="R">'
            f"<q:BlockNumber>{block}</q:BlockNumber><q:QueryInstance>{instance}</q:QueryInstance>"
            "</q:PTQASWRK></q:QAS_GETQUERYRESULTS_REQ></q:QAS_GETQUERYRESULTS_REQ_MSG>",
            **how,
        )

    async def vouchers(self, **query: str) -> list[Values]:
        """Vouchers in the books."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        found: list[Values] = (await self.control("GET", f"vouchers?{asked}"))["vouchers"]
        return found


def delivered_prompts(name: str) -> dict[str, str]:
    """The slots of a delivered query, blank but for the SetID."""
    known = DELIVERED.get(name, DELIVERED["APS_SUPPLIERS"]).prompts
    blank = dict.fromkeys(known.values(), "")
    return blank | ({"SETID": "SHARE"} if "SETID" in blank else {})


def _prompts(name: str, **values: str) -> dict[str, str]:
    return {
        "prompt_psqueryname": ",".join([name] * len(values)),
        "prompt_uniquepromptname": ",".join(values),
        "prompt_fieldvalue": ",".join(quote(each, safe="") for each in values.values()),
    }


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        rows = ("".join(_element(*each) for each in row.items()) for row in value)
        return "".join(f"<{name}>{row}</{name}>" for row in rows)
    return f"<{name}>{value}</{name}>"
