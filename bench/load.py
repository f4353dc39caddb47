"""Approved invoices and their webhooks, at a rate that does not wait for anything (open loop)."""

import asyncio
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from basware_simulator.settings import SignatureEncoding
from basware_simulator.webhooks import ACCOUNTING_DOCUMENTS, SIGNATURE_HEADER, signature
from devstack import ConnectionSpec, Stack
from devstack.control import ControlApi

ANSWER_SECONDS = 10.0
"""How long Basware waits for the answer to a webhook (the simulator's assumption)."""
TURNS, TURN_SECONDS = 20, 0.1
"""How often all addresses of ingress are tried, and the rest after each turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """An invoice that is ready to be approved; `document` is JSON, the digits of its amounts untouched."""

    connection: str
    node: str
    id: str
    number: str
    document: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The webhook of an invoice: when it went out, how long its answer took, and the answer's HTTP status."""

    invoice: Invoice
    at: datetime
    answered_after: float
    status: int


class Load:
    """Approves invoices in the simulated Basware and sends their webhooks itself, so that it can time them.

    Use as `async with`. A webhook that is not answered is an error, unless `spare` names further public addresses of
    ingress: then each is tried in turn until one takes it, as whatever balances the load before replicas does.
    """

    def __init__(self, stack: Stack, basware: ControlApi, *, spare: Sequence[str] = ()) -> None:
        self._basware = basware
        self._doors = {
            name: [end.webhook, *(end.webhook.replace(stack.ingress_url, url, 1) for url in spare)]
            for name, end in stack.endpoints.connections.items()
        }
        self._secrets = {
            name: Path(end.secret_file).read_text() for name, end in stack.endpoints.connections.items()
        }
        self.answered: list[Sent] = []
        """Every webhook so far that was answered, in the order of the answers."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def prepare(self, specs: Sequence[ConnectionSpec], *, first: int, count: int) -> list[Invoice]:
        """So many different invoices from this seed on, dealt out to the connections in turn."""
        return [await self._sample(specs[seed % len(specs)], seed) for seed in range(first, first + count)]

    async def send(
        self, invoices: Sequence[Invoice], *, rate: float, until: asyncio.Event | None = None
    ) -> list[Sent]:
        """Approve and announce one every 1/rate seconds, no more of them once `until` is set.

        Returns when the last webhook is answered.
        """
        loop = asyncio.get_running_loop()
        begin = loop.time()
        async with asyncio.TaskGroup() as sending:
            tasks = []
            for place, invoice in enumerate(invoices):
                await asyncio.sleep(begin + place / rate - loop.time())
                if until is not None and until.is_set():
                    break
                tasks.append(sending.create_task(self._one(invoice)))
        return [task.result() for task in tasks]

    async def _one(self, invoice: Invoice) -> Sent:
        order = f'{{"tenant": {json.dumps(invoice.connection)}, "deliver": false, "document": {invoice.document}}}'
        await self._basware.post_text("documents", order)
        body = _notification(invoice)
        secret = self._secrets[invoice.connection]
        signed = signature(body=body, secret=secret, encoding=SignatureEncoding.HEX)
        loop = asyncio.get_running_loop()
        at, begin = datetime.now(UTC), loop.time()
        headers = {SIGNATURE_HEADER: signed, "Content-Type": "application/json"}
        status = await self._deliver(self._doors[invoice.connection], body=body, headers=headers)
        sent = Sent(invoice=invoice, at=at, answered_after=loop.time() - begin, status=status)
        self.answered.append(sent)
        return sent

    async def _deliver(self, doors: Sequence[str], *, body: bytes, headers: Mapping[str, str]) -> int:
        """The status it was answered with at last."""
        for tried in range(TURNS * len(doors)):
            last = len(doors) == 1 or tried + 1 == TURNS * len(doors)
            try:
                async with self._session.post(
                    doors[tried % len(doors)], data=body, headers=headers
                ) as answer:
                    await answer.read()
                    if answer.status == 200 or last:
                        return answer.status
            except (aiohttp.ClientError, TimeoutError):
                if last:
                    raise
            if tried % len(doors) == len(doors) - 1:
                await asyncio.sleep(TURN_SECONDS)
        raise AssertionError("the last turn returns or raises")

    async def _sample(self, spec: ConnectionSpec, seed: int) -> Invoice:
        document = await self._basware.get_text("sample", seed=str(seed), company=spec.company_codes[0])
        content = json.loads(document, parse_float=str)
        return Invoice(
            connection=spec.id,
            node=spec.node,
            id=content["invoiceId"],
            number=content["invoiceNumber"],
            document=document,
        )


def _notification(invoice: Invoice) -> bytes:
    """What Basware posts (push-notification OpenAPI): ids, nothing of the document."""
    expires = datetime.now(UTC) + timedelta(days=7)
    return json.dumps(
        {
            "taskId": str(uuid.uuid4()),
            "taskStatus": "New",
            "taskType": ACCOUNTING_DOCUMENTS,
            "taskSubType": "WaitingForTransfer",
            "documentId": invoice.id,
            "expirationTime": f"{expires:%Y-%m-%dT%H:%M:%S}Z",
        }
    ).encode()
