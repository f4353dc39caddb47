"""The control API over payments: schedule, hold, pay, take back; run pay cycles; read the books."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from aiohttp import web
from pydantic import TypeAdapter

from peoplesoft_simulator.books import Voucher
from peoplesoft_simulator.control_json import Json, read_json, refusal, site_state
from peoplesoft_simulator.invented_vouchers import ChangeSomePayments, VoucherGeneration
from peoplesoft_simulator.pay_cycle import run_pay_cycle
from peoplesoft_simulator.payment_acts import Ordered, carry_out
from peoplesoft_simulator.payment_bodies import PayCycle, PaymentAct, PayTogether
from peoplesoft_simulator.payment_file import PaymentFile, PaymentRefused
from peoplesoft_simulator.payment_view import shown, shown_payment
from peoplesoft_simulator.stamping import Timed
from peoplesoft_simulator.treasury import Treasury
from peoplesoft_simulator.world import DEFAULT_NODE, SiteState, World

_ACT = TypeAdapter(PaymentAct)
_TOGETHER = TypeAdapter(PayTogether)
_CYCLE = TypeAdapter(PayCycle)
_GENERATION = TypeAdapter(VoucherGeneration)
_SOME = TypeAdapter(ChangeSomePayments)
_SEARCH = ("business_unit", "voucher_id", "invoice_id", "vendor_id", "entry_status")
_PAGE = 10_000
_AT_ONCE = 5_000
_Result = TypeVar("_Result")


@contextmanager
def payment_file(world: World, state: SiteState, change: Timed) -> Iterator[PaymentFile]:
    """The payments of a site in one transaction of the books, on the thread that touches them."""
    now = world.clock.now()
    with world.books.transaction():
        yield PaymentFile(
            books=world.books,
            node=state.site.node,
            today=now.date(),
            stamp=change.stamp(now),
            decimals=state.data.codes.currencies,
        )


def treasury(state: SiteState, file: PaymentFile) -> Treasury:
    """Who pays at a site."""
    return Treasury(file, form=state.settings.reopen_form)


class PaymentControl:
    """Handlers of /control/payments. What PeopleSoft's pages would not allow is a 409 that says why."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.get("/control/payments", self.payments),
            web.post("/control/payments/together", self.pay_together),
            web.post("/control/payments/cycle", self.cycle),
            web.post("/control/payments/generate", self.generate),
            web.post("/control/payments/change_some", self.change_some),
            web.post("/control/payments/{business_unit}/{voucher_id}", self.act),
        ]

    async def payments(self, request: web.Request) -> web.Response:
        """The books by voucher with a summary, `limit` at a time; `next` is the `after` of the rest, if any is left."""
        node = request.query.get("node", DEFAULT_NODE)
        site_state(self._world, node)
        keys = {name.upper(): request.query.get(name, "") for name in _SEARCH}
        unit, _, voucher_id = request.query.get("after", "").partition("/")
        limit = int(request.query.get("limit", str(_PAGE)))
        books = self._world.books

        def read() -> list[Json]:
            found = books.search(node, keys, match="exact", limit=limit, after=(unit, voucher_id))
            return [self._page(each) for each in found]

        pages = await self._world.on_disk(read)
        last = pages[-1] if len(pages) == limit and pages else None
        following = f"{last['BUSINESS_UNIT']}/{last['VOUCHER_ID']}" if last else None
        return web.json_response({"vouchers": pages, "next": following})

    async def act(self, request: web.Request) -> web.Response:
        """One act on the payments of one voucher; its page afterwards."""
        body = _ACT.validate_python(await read_json(request))
        state = site_state(self._world, body.node)
        keys = request.match_info["business_unit"], request.match_info["voucher_id"]

        def work() -> Json:
            with payment_file(self._world, state, body) as file:
                carry_out(Ordered(body=body, keys=keys, file=file, treasury=treasury(state, file)))
                return self._page(file.voucher(keys))

        return web.json_response(await self._done(work))

    async def pay_together(self, request: web.Request) -> web.Response:
        """One payment over several vouchers; the payment."""
        body = _TOGETHER.validate_python(await read_json(request))
        state = site_state(self._world, body.node)

        def work() -> Json:
            with payment_file(self._world, state, body) as file:
                return shown_payment(treasury(state, file).pay_together(body.vouchers, body.how_paid()))

        return web.json_response({"payment": await self._done(work)})

    async def cycle(self, request: web.Request) -> web.Response:
        """Pay what is due; the payments made."""
        body = _CYCLE.validate_python(await read_json(request))
        state = site_state(self._world, body.node)

        def work() -> list[Json]:
            with payment_file(self._world, state, body) as file:
                made = run_pay_cycle(body, file=file, treasury=treasury(state, file))
                return [shown_payment(each) for each in made]

        return web.json_response({"payments": await self._done(work)})

    async def generate(self, request: web.Request) -> web.Response:
        """Invent open vouchers with their schedules, past all edits."""
        body = _GENERATION.validate_python(await read_json(request))
        state, began = site_state(self._world, body.node), time.monotonic()
        now, books = self._world.clock.now(), self._world.books
        for first in range(0, body.count, _AT_ONCE):
            some = range(first, min(first + _AT_ONCE, body.count))

            def save(some: range = some) -> None:
                with books.transaction():
                    for index in some:
                        voucher, schedule = body.invented(index, now=now, data=state.data)
                        books.save(voucher)
                        books.payments.put(schedule)

            await self._world.on_disk(save)
        seconds = round(time.monotonic() - began, 3)
        return web.json_response({"vouchers": body.count, **body.bounds(), "seconds": seconds})

    async def change_some(self, request: web.Request) -> web.Response:
        """Let vouchers that the seed picks be paid, held, voided ...; their ids and what became of them."""
        body = _SOME.validate_python(await read_json(request))
        state, world = site_state(self._world, body.node), self._world

        def work() -> list[Json]:
            changed = []
            with payment_file(world, state, body) as file:
                open_ones = world.books.payments.with_open(body.node, body.business_unit)
                draws = random.Random(body.seed)  # noqa: S311 - a draw to be repeated, not a secret
                for keys in draws.sample(open_ones, min(body.wanted(len(open_ones)), len(open_ones))):
                    what = body.drawn(draws)
                    for each in what:
                        carry_out(Ordered(body=each, keys=keys, file=file, treasury=treasury(state, file)))
                    changed.append({"voucher": "/".join(keys), "acts": [each.action for each in what]})
            return changed

        return web.json_response({"changed": await self._done(work)})

    def _page(self, voucher: Voucher) -> Json:
        book = self._world.books.payments
        schedule = book.schedule(voucher.node, *voucher.keys)
        named = sorted({(each.bank, each.payment_id) for each in schedule if each.payment_id})
        payments = (book.payment(voucher.node, *each) for each in named)
        return shown(voucher, schedule, [each for each in payments if each is not None])

    async def _done(self, work: Callable[[], _Result]) -> _Result:
        try:
            return await self._world.on_disk(work)
        except PaymentRefused as refused:
            raise refusal(str(refused)) from refused
