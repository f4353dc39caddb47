"""What happens to payments that is easily got wrong, told act by act."""

from collections.abc import Awaitable, Callable

from .payment_case import Case

CANCEL_AT_LAST = {"day": "2026-05-20"}


async def taken_back_before_anyone_looked(it: Case) -> None:
    await it.act("invoice", "pay")
    await it.act("invoice", "void", form="row")


async def taken_back_without_a_trace(it: Case) -> None:
    await it.act("invoice", "pay", day="2026-05-04")
    await it.look()
    await it.act("invoice", "void", form="row", **CANCEL_AT_LAST)


async def taken_back_and_scheduled_anew(it: Case) -> None:
    await it.act("invoice", "pay", day="2026-05-04")
    await it.look()
    await it.act("invoice", "void", form="new_row", **CANCEL_AT_LAST)


async def reissued_between_two_looks(it: Case) -> None:
    await it.act("invoice", "pay", day="2026-05-04")
    await it.look()
    await it.act("invoice", "reissue", form="row", day="2026-05-04")


async def stopped_and_held(it: Case) -> None:
    await it.act("instalments", "pay", number=1, payment_id=it.payment_id)
    await it.act("instalments", "pay", number=2)
    await it.look()
    await it.act("instalments", "stop", payment_id=it.payment_id, cancel_action="H", form="new_row")


async def one_payment_of_three_vouchers_taken_back(it: Case) -> None:
    for name in ("invoice", "instalments", "foreign"):
        await it.act(name, "pay", payment_id=it.payment_id, currency="EUR", rate="0.91")
    await it.look()
    await it.act("foreign", "void", form="row")


async def liability_closed_and_opened_again(it: Case) -> None:
    await it.act("invoice", "pay")
    await it.look()
    await it.act("invoice", "void", cancel_action="C")
    shown = await it.look()
    assert shown["invoice"]["paidTotal"] == 0
    await it.act("invoice", "reopen")
    await it.look()
    await it.act("invoice", "pay", amount="99.99")


async def back_dated(it: Case) -> None:
    await it.act("instalments", "pay", number=1, day="2026-07-09")
    await it.look()
    await it.act("instalments", "pay", number=2, day="2026-04-05")
    await it.act("instalments", "record", number=3, day="2025-12-30", discount="1.01")


async def written_late(it: Case) -> None:
    await it.look()
    await it.act("invoice", "pay", hidden="silently")
    await it.act("foreign", "hold", hidden="late", reason="AMT")


async def held_and_let_go(it: Case) -> None:
    await it.act("invoice", "hold", reason="AMT")
    shown = await it.look()
    assert shown["invoice"]["paymentBlock"] is True
    await it.act("invoice", "release")


async def netted_to_nothing_and_taken_back(it: Case) -> None:
    status, _ = await it.together(["invoice", "credit note"])
    assert status == 200
    await it.look()
    await it.act("credit note", "void", form="row")


async def netted_with_a_rest_that_is_taken_back(it: Case) -> None:
    status, _ = await it.together(["invoice", "credit note", "instalments"])
    assert status == 200
    shown = await it.look()
    assert shown["credit note"]["paidTotal"] == -100
    await it.act("invoice", "void", form="new_row", cancel_action="H")


async def paid_in_two_currencies(it: Case) -> None:
    await it.act("foreign", "pay", amount="30.000", currency="USD", rate="3.25", discount="1.125")
    await it.look()
    await it.act("foreign", "pay", amount="40.000", discount="0.125", withheld="2.500")


async def escheated_and_back(it: Case) -> None:
    await it.act("invoice", "pay", day="2026-05-04")
    await it.act("invoice", "escheat")
    await it.look()
    await it.act("invoice", "undo_escheat")


async def prepaid_in_part_and_the_rest_cancelled(it: Case) -> None:
    await it.act("invoice", "prepay", amount="60.00")
    await it.look()
    await it.act("invoice", "cancel")


Story = Callable[[Case], Awaitable[None]]
STORIES: list[tuple[Story, str, tuple[str, str | None, bool]]] = [
    (taken_back_before_anyone_looked, "invoice", ("Transferred", None, False)),
    (taken_back_without_a_trace, "invoice", ("Transferred", "0", False)),
    (taken_back_and_scheduled_anew, "invoice", ("Transferred", "0", False)),
    (reissued_between_two_looks, "invoice", ("Paid", "100", False)),
    (stopped_and_held, "instalments", ("Transferred", "30.00", True)),
    (one_payment_of_three_vouchers_taken_back, "invoice", ("Transferred", "0", False)),
    (one_payment_of_three_vouchers_taken_back, "instalments", ("Transferred", "0", False)),
    (liability_closed_and_opened_again, "invoice", ("Transferred", "99.99", False)),
    (back_dated, "instalments", ("Paid", "89.00", False)),
    (written_late, "invoice", ("Paid", "100", False)),
    (written_late, "foreign", ("Transferred", "0", True)),
    (held_and_let_go, "invoice", ("Transferred", "0", False)),
    (netted_to_nothing_and_taken_back, "invoice", ("Transferred", "0", False)),
    (netted_with_a_rest_that_is_taken_back, "instalments", ("Transferred", "0", True)),
    (paid_in_two_currencies, "foreign", ("Transferred", "67.375", False)),
    (escheated_and_back, "invoice", ("Paid", "100", False)),
    (prepaid_in_part_and_the_rest_cancelled, "invoice", ("Transferred", "0", False)),
]
"""What happens, and what Basware shows of one of the invoices in the end: its status, what was paid, the block."""
