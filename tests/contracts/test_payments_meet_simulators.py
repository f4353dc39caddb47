"""Whatever happens to payments in PeopleSoft, Basware shows the books: our code between the two simulators."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from .both_simulators import Both, both_sites
from .payment_books import Page
from .payment_case import KINDS, Case, fresh_case
from .payment_stories import STORIES, Story

Result = TypeVar("Result")
Run = Callable[[Coroutine[Any, Any, Any]], Any]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Run, Both]]:
    """The simulators, which run whenever something is run."""
    stack = AsyncExitStack()
    with asyncio.Runner() as runner:
        folder = tmp_path_factory.mktemp("both")
        try:
            yield runner.run, runner.run(stack.enter_async_context(both_sites(folder)))
        finally:
            runner.run(stack.aclose())


UNPAID = frozenset({"open", "selected"})
CARRIED = frozenset({"paid", "escheated", "netted", "zero"})
OUT: Mapping[str, frozenset[str]] = dict.fromkeys(("pay", "record", "prepay"), UNPAID)
BACK: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("void", "stop", "reissue"), CARRIED),
    "escheat": frozenset({"paid"}),
    "undo_escheat": frozenset({"escheated"}),
}
CHANGED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("split", "select", "hold", "release", "cancel", "schedule"), UNPAID),
    "reopen": frozenset({"cancelled"}),
    "touch": UNPAID | CARRIED,
}
"""Acts, and what an instalment must be for PeopleSoft to allow them."""

TOGETHER = [
    ("invoice", "instalments"),
    ("invoice", "credit note"),
    ("invoice", "credit note", "instalments"),
]

days = st.sampled_from([None, "2025-12-30", "2026-04-05", "2026-07-09"])
hidden = st.sampled_from([None, None, None, "late", "silently"])
amounts = st.fixed_dictionaries(
    {
        "amount": st.sampled_from([None, None, Decimal("0.01"), Decimal("30.00"), Decimal("40.50")]),
        "discount": st.sampled_from([None, None, Decimal("0.01"), Decimal("3.50")]),
        "withheld": st.sampled_from([None, None, Decimal("2.25")]),
    }
)
manners = st.tuples(
    st.sampled_from([{}, {}, {"currency": "EUR", "rate": "0.91"}]),
    st.fixed_dictionaries({"reference": st.sampled_from([None, "CHK-1"]), "day": days}),
).map(lambda both: {**both[0], **both[1]})


class Payments(RuleBasedStateMachine):
    """Clerks and pay cycles at PeopleSoft, looked at now and then and at the end."""

    def __init__(self, run: Run, both: Both) -> None:
        super().__init__()
        self.run = run
        self.case: Case = run(fresh_case(both))
        self.pages: dict[str, Page] = run(self.case.pages())

    def teardown(self) -> None:
        self.run(self.case.look(whole=True))

    def possible(self, acts: Mapping[str, frozenset[str]]) -> list[tuple[str, str, Any]]:
        """Voucher, act and an instalment that fits."""
        return [
            (name, action, row)
            for name, page in self.pages.items()
            for action, fates in acts.items()
            for row in page["schedule"]
            if row["fate"] in fates
        ]

    def order(self, name: str, action: str, **order: Any) -> None:
        """One act, if PeopleSoft allows it."""
        given = {key: value for key, value in order.items() if value is not None}
        self.run(self.case.try_act(name, action, **given))
        self.pages = self.run(self.case.pages())

    @precondition(lambda self: self.possible(OUT))
    @rule(data=st.data(), money=amounts, how=manners, shared=st.booleans(), hidden=hidden)
    def pays(
        self,
        *,
        data: st.DataObject,
        money: dict[str, Decimal | None],
        how: dict[str, str | None],
        shared: bool,
        hidden: str | None,
    ) -> None:
        """``shared``: with a payment that may carry other vouchers of the case as well."""
        name, action, row = data.draw(st.sampled_from(self.possible(OUT)))
        signed = {key: value and value.copy_sign(KINDS[name].gross) for key, value in money.items()}
        payment_id = self.case.payment_id if shared else None
        more = {"number": row["PYMNT_CNT"], "payment_id": payment_id, "hidden": hidden}
        self.order(name, action, **signed, **how, **more)

    @precondition(lambda self: self.possible(BACK))
    @rule(
        data=st.data(),
        form=st.sampled_from(["row", "new_row"]),
        cancel_action=st.sampled_from("RRHC"),
        day=days,
        hidden=hidden,
    )
    def takes_back(self, data: st.DataObject, **order: Any) -> None:
        name, action, row = data.draw(st.sampled_from(self.possible(BACK)))
        self.order(name, action, payment_id=row["PYMNT_ID"], **order)

    @precondition(lambda self: self.possible(CHANGED))
    @rule(data=st.data(), whole=st.booleans(), day=days, hidden=hidden)
    def changes(self, data: st.DataObject, whole: bool, day: str | None, hidden: str | None) -> None:
        name, action, row = data.draw(st.sampled_from(self.possible(CHANGED)))
        number = None if whole else row["PYMNT_CNT"]
        self.order(name, action, number=number, day=day, hidden=hidden)

    def payable(self) -> list[tuple[str, ...]]:
        """Vouchers that one payment can carry: something of each is open, and not more of the credit note."""
        open_sums = {name: Decimal(page["summary"]["open"]) for name, page in self.pages.items()}
        return [
            group
            for group in TOGETHER
            if all(open_sums[name] for name in group) and sum(open_sums[name] for name in group) >= 0
        ]

    @precondition(lambda self: self.payable())
    @rule(data=st.data(), how=manners, hidden=hidden)
    def pays_together(self, data: st.DataObject, how: Mapping[str, str | None], hidden: str | None) -> None:
        vouchers = data.draw(st.sampled_from(self.payable()))
        given = {key: value for key, value in how.items() if value is not None}
        self.run(self.case.together(vouchers, hidden=hidden, **given))
        self.pages = self.run(self.case.pages())

    @rule()
    def looks(self) -> None:
        self.run(self.case.look())


def test_any_payments_end_in_a_picture_equal_to_the_books(running: tuple[Run, Both]) -> None:
    class Here(Payments):
        def __init__(self) -> None:
            super().__init__(*running)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(
    ("story", "name", "expected"), STORIES, ids=lambda it: it.__name__ if callable(it) else ""
)
def test_what_is_easily_got_wrong(
    running: tuple[Run, Both], story: Story, name: str, expected: tuple[str, str | None, bool]
) -> None:
    run, both = running

    async def told() -> dict[str, Any]:
        case = await fresh_case(both)
        await story(case)
        shown: dict[str, Any] = (await case.look())[name]
        return shown

    shown = run(told())
    status, paid, block = expected
    assert (shown["status"], bool(shown["paymentBlock"])) == (status, block)
    assert shown["paidTotal"] == (None if paid is None else Decimal(paid))


def test_nothing_that_was_sent_breaks_a_rule_of_basware(running: tuple[Run, Both]) -> None:
    run, both = running

    async def noted() -> Any:
        case = await fresh_case(both)
        for action in ("hold", "release", "pay", "void", "touch"):
            await case.act("invoice", action)
            await case.look()
        return await both.customer.control("GET", f"violations?tenant={both.customer.tenant}")

    assert run(noted()) == {"violations": []}
