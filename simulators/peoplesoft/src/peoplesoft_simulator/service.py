"""What Integration Broker does with one call, in its order: read, log in, authorise, check, carry out, answer."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Literal

from lxml import etree

from peoplesoft_simulator import catalogue
from peoplesoft_simulator.catalogue import Message
from peoplesoft_simulator.component import Created, Entry
from peoplesoft_simulator.faults import OrderedMessage
from peoplesoft_simulator.row import Row
from peoplesoft_simulator.schema import SiteShape
from peoplesoft_simulator.security import Credentials, log_in, presented
from peoplesoft_simulator.shape import Block, ValueRefused, read_row, spelled
from peoplesoft_simulator.site import Operation
from peoplesoft_simulator.soap import (
    Request,
    broker_fault,
    component_fault,
    create_answer,
    find_answer,
    get_answer,
)
from peoplesoft_simulator.spoiled import Answer
from peoplesoft_simulator.structure import VOUCHER_LEVEL, header_field
from peoplesoft_simulator.world import SiteState, World

Twist = Literal["straight", "about another", "blind"]
"""How an answer tells what was done: as it is, with another invoice's keys, or as if there were no voucher."""

_HEADER_NAMES = frozenset(field.name for field in VOUCHER_LEVEL.fields)
_ELSEWHERE = {"BUSINESS_UNIT": "WRONG", "VOUCHER_ID": "99999999", "INVOICE_ID": "ANOTHER-INVOICE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call as the gateway took it in. `request` is None when the body could not be read; `problem` says why."""

    number: int
    state: SiteState
    alias: str
    operation: Operation | None
    request: Request | None
    problem: str
    basic: Credentials | None = field(repr=False)

    @property
    def node(self) -> str:
        """The site's own node, whatever node was asked for."""
        return self.state.site.node

    @property
    def operator(self) -> str:
        """Who the call says it is, before anything is checked."""
        token = self.request.token if self.request else None
        shown = presented(self.state.site.authentication, basic=self.basic, token=token)
        return shown[0].operator if shown else "ANONYMOUS"

    def sent(self, name: str) -> str:
        """A header property the request carries, by canonical name; empty if it does not."""
        if self.request is None:
            return ""
        tag = spelled(self.state.site, header_field(name)).tag if name in _HEADER_NAMES else name
        return self.request.value(tag) or self.request.first(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The answer to a call, what it came to in a word for the log, and the voucher it made."""

    answer: Answer
    outcome: str
    voucher: str | None = None


class BrokerService:
    """Serves calls on the world's books."""

    def __init__(self, world: World) -> None:
        self._world = world

    def refusal(self, call: Call, messages: tuple[OrderedMessage, ...]) -> Answer:
        """A Create's "not saved" with these messages, which may be none at all."""
        said = (Message(type=m.type, set=m.set, number=m.number, text=m.text) for m in messages)
        refused = Created(
            saved=False,
            business_unit=call.sent("BUSINESS_UNIT"),
            voucher_id=call.sent("VOUCHER_ID"),
            messages=tuple(said),
        )
        return Answer(body=create_answer(call.state.site, call.state.shape, refused))

    async def serve(self, call: Call, *, twist: Twist = "straight") -> Served:
        """Carry a call out; a twist changes what the answer says, never what is done."""
        request = call.request
        if request is None:
            return _refused(call, catalogue.XML_UNREADABLE.says(call.problem))
        refusal = await self._log_in(call, request)
        if refusal is not None:
            return _refused(call, refusal)
        operation = call.operation
        if operation is None:
            return _refused(call, catalogue.OPERATION_UNKNOWN.says(call.alias))
        operator = call.state.operators[call.operator]
        if operation not in operator.operations:
            return _refused(call, catalogue.NOT_AUTHORISED.says(call.operator, call.alias))
        await asyncio.sleep(call.state.settings.latency_ms / 1000)
        try:
            row = _read(call, operation, request)
        except ValueRefused as refused:
            message = catalogue.NOT_THE_MESSAGE.says(str(refused))
            return _refused(call, message, keys=_keys_sent(call))
        match operation:
            case "create":
                return await self._create(call, row, twist=twist)
            case "find":
                return await self._find(call, row, twist=twist)
            case "get":
                return await self._get(call, row, twist=twist)

    async def _log_in(self, call: Call, request: Request) -> Message | None:
        shown = presented(call.state.site.authentication, basic=call.basic, token=request.token)
        login = log_in(
            call.state.operators,
            shown,
            lock_after=call.state.settings.lock_after,
            now=self._world.clock.now(),
        )
        if login.operator is not None:
            await self._world.record_login(call.node, login.operator)
        return login.refusal

    async def _create(self, call: Call, row: Row, *, twist: Twist) -> Served:
        world, state = self._world, call.state
        entry = Entry(
            node=call.node, row=row, operator=call.operator, now=world.clock.now(), request=call.number
        )
        created = await world.on_disk(
            lambda: world.component.create(entry, data=state.data, settings=state.settings)
        )
        shown = created
        if twist == "about another":
            elsewhere = _ELSEWHERE["BUSINESS_UNIT"], _ELSEWHERE["VOUCHER_ID"]
            shown = replace(created, business_unit=elsewhere[0], voucher_id=elsewhere[1])
        return Served(
            answer=Answer(body=create_answer(state.site, state.shape, shown)),
            outcome="saved" if created.saved else "not saved",
            voucher=f"{created.business_unit}/{created.voucher_id}" if created.saved else None,
        )

    async def _find(self, call: Call, row: Row, *, twist: Twist) -> Served:
        world, state = self._world, call.state
        now = world.clock.now()
        rows = await world.on_disk(
            lambda: world.component.find(call.node, row, settings=state.settings, now=now)
        )
        shown = rows
        if twist != "straight":
            shown = [] if twist == "blind" else [Row(values={}).having(**_ELSEWHERE)]
        return Served(
            answer=Answer(body=find_answer(state.site, state.shape, shown)), outcome=f"found {len(rows)}"
        )

    async def _get(self, call: Call, row: Row, *, twist: Twist) -> Served:
        world, state = self._world, call.state
        now = world.clock.now()
        found = await world.on_disk(
            lambda: world.component.get(call.node, row, settings=state.settings, now=now)
        )
        if found is None or twist == "blind":
            return _refused(call, catalogue.NO_ROWS.says(state.site.ci_name), keys=_keys_sent(call))
        shown = found.having(**_ELSEWHERE) if twist == "about another" else found
        return Served(answer=Answer(body=get_answer(state.site, state.shape, shown)), outcome="got")


def _read(call: Call, operation: Operation, request: Request) -> Row:
    """The row of a request, checked against exactly the schema the WSDL shows."""
    site, shape = call.state.site, call.state.shape
    schema = shape.validators[operation]
    try:
        schema.assertValid(request.body)
    except etree.DocumentInvalid as invalid:
        raise ValueRefused(str(invalid)[:1000]) from invalid
    return read_row(_block(shape, operation), request.body, date_format=site.date_format)


def _block(shape: SiteShape, operation: Operation) -> Block:
    if operation == "create":
        return shape.create
    properties = shape.search if operation == "find" else shape.keys
    return Block(name=shape.create.name, tag=shape.create.tag, properties=properties)


def _keys_sent(call: Call) -> dict[str, str]:
    """The keys of a call under the site's own names."""
    keys = {each.tag: call.sent(each.field.name) for each in call.state.shape.keys}
    return {tag: text for tag, text in keys.items() if text}


def _refused(call: Call, message: Message, *, keys: dict[str, str] | None = None) -> Served:
    body = broker_fault(message) if keys is None else component_fault(message, keys=keys)
    return Served(
        answer=Answer(status=call.state.settings.fault_http_status, body=body),
        outcome=f"fault ({message.set},{message.number})",
    )
