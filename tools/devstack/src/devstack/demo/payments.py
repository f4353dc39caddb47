"""After the invoices: PeopleSoft pays, holds and takes back; Basware learns of it; both books are reconciled."""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from rich.console import Console
from rich.markup import escape

from devstack.demo.books_agree import Agreement, agreements
from devstack.demo.desk import Desk
from devstack.demo.evidence import Evidence, name_of
from devstack.demo.payment_books import PaymentSeen
from devstack.errors import DevstackError, NotReady
from devstack.scenario.case import TRANSFERRED, Case
from devstack.scenario.payments import PaymentAct, PaymentCase, PaymentScript

Json = dict[str, Any]
_TOLD_WITHIN = 45.0
_LOOK_EVERY = 0.25
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An invoice that Basware shows as transferred, and its voucher as unit/number."""

    case: Case
    voucher: str

    @classmethod
    def among(cls, evidences: Iterable[Evidence]) -> "list[Posted]":
        """Those that can be paid."""
        return [
            cls(case=each.case, voucher=name_of(each.live[-1]))
            for each in evidences
            if each.status == TRANSFERRED and each.live
        ]


@dataclass(slots=True, kw_only=True)
class PaymentsTold:
    """What was seen, and what did not hold of all payments together."""

    seen: Sequence[PaymentSeen] = ()
    agreements: Sequence[Agreement] = ()
    problems: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """Everything that does not hold."""
        return [
            *self.problems,
            *(f"{each.number}: {problem}" for each in self.seen for problem in each.problems),
            *(
                f"{each.connection}: the books differ: {words}"
                for each in self.agreements
                for words in each.unexplained
            ),
        ]


class PaymentShow:
    """Pays the posted invoices of the demo as its script says."""

    def __init__(
        self, script: PaymentScript, *, posted: Sequence[Posted], desk: Desk, console: Console, day: date
    ) -> None:
        self._script = script
        self._posted = {each.case.key: each for each in posted}
        self._connections = sorted({each.case.connection for each in posted})
        self._desk = desk
        self._console = console
        self._day = day
        self._began = time.monotonic()
        self._told = PaymentsTold()

    async def run(self) -> PaymentsTold:
        """All acts; what breaks one off is among the problems."""
        try:
            await self._pay()
            await self._basware_learns()
            await self._take_back()
            await self._basware_learns()
            await asyncio.gather(self._exceptions(), self._reconcile())
        except DevstackError as error:
            self._problem(str(error))
        self._told.seen = [await self._with_response(each) for each in await self._seen()]
        return self._told

    async def _pay(self) -> None:
        for case in self._script.cases.values():
            for act in case.first:
                await self._act(case, act)
        for each in self._script.together:
            vouchers = [self._posted[key].voucher for key in each.keys]
            await self._desk.pay_together(each.connection, vouchers)
            self._say(each.connection, " + ".join(each.keys), f"in PeopleSoft: {each.says}")
        for connection in self._connections:
            made = await self._desk.pay_cycle(connection, up_to=self._script.up_to)
            self._say(connection, "", f"in PeopleSoft: a pay cycle makes {len(made)} payments")

    async def _take_back(self) -> None:
        for case in self._script.cases.values():
            for act in case.then:
                await self._act(case, act)

    async def _act(self, case: PaymentCase, act: PaymentAct) -> None:
        await self._desk.on_voucher(case.connection, self._posted[case.key].voucher, act)
        self._say(case.connection, case.key, f"in PeopleSoft: {act.says}")

    async def _basware_learns(self) -> None:
        """One poll of each connection by order, then until Basware shows what PeopleSoft's books hold."""
        began = time.monotonic()
        for said in await asyncio.gather(*(self._poll(each) for each in self._connections)):
            self._say(*said)
        while True:
            differing = [each for each in await self._seen() if not each.agrees]
            seconds = time.monotonic() - began
            if not differing:
                self._say(
                    "",
                    "",
                    f"[green]✓[/] Basware shows what PeopleSoft's books hold, {seconds:.1f} s after the order",
                )
                return
            if seconds > _TOLD_WITHIN:
                names = ", ".join(each.number for each in differing[:_SHOWN])
                raise NotReady(f"{len(differing)} payments are not in Basware after {seconds:.0f} s: {names}")
            await asyncio.sleep(_LOOK_EVERY)

    async def _poll(self, connection: str) -> tuple[str, str, str]:
        said = await self._desk.payments("run-now", connection, "--by", "demo")
        return connection, "", f"apstream payments run-now {connection}: {said.strip().splitlines()[-1]}"

    async def _seen(self) -> list[PaymentSeen]:
        """Every posted invoice as both systems have it at this moment."""
        found = []
        for connection in self._connections:
            there, here = await asyncio.gather(
                self._desk.paid_in_basware(connection), self._desk.paid_in_peoplesoft(connection)
            )
            found += [
                PaymentSeen(
                    case=self._case(each.case),
                    number=each.case.number,
                    voucher=each.voucher,
                    basware=there[each.case.invoice_id],
                    peoplesoft=here[each.voucher],
                )
                for each in self._posted.values()
                if each.case.connection == connection
            ]
        return found

    def _case(self, case: Case) -> PaymentCase:
        usual = PaymentCase(key=case.key, connection=case.connection, kind="")
        return self._script.cases.get(case.key, usual)

    async def _exceptions(self) -> None:
        """What somebody must deal with in PeopleSoft: exactly what was done to vouchers."""
        found = list(_objects(await self._desk.payments("exceptions", "--json")))
        for each in found:
            said = f"{each['kind'].replace('_', ' ')}: {each['words']} What helps: {each['remedy']}"
            self._say(each["connection"], each["number"], f"[yellow]{escape(said)}[/]")
        expected = {(each.key, each.exception) for each in self._script.cases.values() if each.exception}
        seen = {(each["number"], each["kind"]) for each in found}
        if seen != expected:
            self._problem(f"exceptions were to be {sorted(expected)}, are {sorted(seen)}")

    async def _reconcile(self) -> None:
        day = self._day.isoformat()
        said = await self._desk.reconcile("--from", day, "--to", day)
        self._told.agreements = agreements(_objects(said))
        for each in self._told.agreements:
            verdict = "[red]differences[/]" if each.unexplained else "[green]nothing unexplained[/]"
            self._say(each.connection, "", f"apstream reconcile: {verdict}; {escape(str(each))}")

    async def _with_response(self, seen: PaymentSeen) -> PaymentSeen:
        """With what Basware was told last, of what is shown by itself."""
        if not seen.special:
            return seen
        return replace(seen, response=await self._desk.payment_response(self._posted[seen.case.key].case))

    def _problem(self, text: str) -> None:
        self._told.problems.append(text)
        self._say("", "", f"[red]✗ {escape(text)}[/]")

    def _say(self, connection: str, number: str, text: str) -> None:
        at = time.monotonic() - self._began
        self._console.print(f"  {at:5.1f} s  {connection:6}  {number:13}  {text}")


def _objects(said: str) -> Iterator[Json]:
    return (json.loads(line) for line in said.splitlines() if line.startswith("{"))
