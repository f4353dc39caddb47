"""Vouchers and payments that a query does not show any more: what is concluded, and what is not."""

from decimal import Decimal

import pytest
from ap_domain.payments import ExceptionKind, PaymentStanding
from ap_domain.poll import PollKind

from .site_books import PAID
from .world import CHANGES, world_of


@pytest.mark.parametrize("part", ["vouchers", "payments"])
async def test_a_query_that_chooses_rows_instead_of_whole_vouchers_unpays_nothing(part: str) -> None:
    world = await world_of(1, PAID)
    world.site.blind = True
    table = world.site.vouchers["00000001"] if part == "vouchers" else world.site.payments["00000001"][0]
    table["LAST_UPDATE_DT"] = "2026-06-03T08:00:00"
    assert await world.complete(CHANGES) == []
    world.site.payments["00000001"][0] |= {"PAID_AMT": Decimal(90), "LAST_UPDATE_DT": "2026-06-03T09:00:00"}
    (changed,) = await world.complete(CHANGES)
    assert changed.paid_total == 90


@pytest.mark.parametrize("changed", [0, 1])
async def test_one_instalment_shown_without_the_other_is_not_taken_for_all(changed: int) -> None:
    half = PAID | {"PYMNT_GROSS_AMT": Decimal(50), "PAID_AMT": Decimal(50)}
    world = await world_of(1, half, half)
    world.site.blind = True
    world.site.vouchers["00000001"]["LAST_UPDATE_DT"] = "2026-06-03T08:00:00"
    row = world.site.payments["00000001"][changed]
    row |= {"PYMNT_ID_REF": "4712", "LAST_UPDATE_DT": "2026-06-03T08:00:00"}
    (found,) = await world.complete(CHANGES)
    assert found.paid_total == 100
    assert [each.reference for each in found.instalments].count("4712") == 1


async def test_a_new_voucher_that_is_not_shown_yet_is_an_exception_only_after_a_full_read() -> None:
    world = await world_of(5, {})
    world.post("i9", "00000009")
    assert await world.complete(CHANGES) == []
    (missing,) = await world.complete()
    assert [each.kind for each in missing.exceptions] == [ExceptionKind.MISSING]


async def test_a_few_vouchers_that_are_not_shown_any_more_are_exceptions_after_a_full_read() -> None:
    world = await world_of(5, PAID)
    world.site.put("00000001", {})
    await world.complete()
    del world.site.vouchers["00000001"], world.site.payments["00000001"]
    assert await world.complete(CHANGES) == []
    (gone,) = await world.complete()
    assert [each.kind for each in gone.exceptions] == [ExceptionKind.MISSING]
    assert not gone.settled
    assert await world.complete() == []
    world.site.put("00000001", {})
    (back,) = await world.complete(CHANGES)
    assert back.exceptions == ()


@pytest.mark.parametrize(("count", "gone", "believed"), [(10, 3, True), (10, 4, False), (20, 4, True)])
async def test_many_that_are_not_shown_any_more_prove_nothing(count: int, gone: int, believed: bool) -> None:
    world = await world_of(count, {})
    for number in range(1, gone + 1):
        world.site.vouchers.pop(f"{number:08}")
        world.site.payments.pop(f"{number:08}")
    world.site.put(f"{count:08}", PAID)
    if believed:
        assert len(await world.complete()) == gone + 1
        return
    mark = world.watermark
    words, published = await world.failed()
    assert f"does not show {gone} of {count} watched vouchers of US001" in words
    assert [each.voucher_id for each in published] == [f"{count:08}"], "what it does show is published"
    assert world.watermark == mark


async def test_vouchers_that_are_missing_already_do_not_count_again() -> None:
    world = await world_of(10, {})
    for number in range(1, 7):
        world.site.vouchers.pop(f"{number:08}")
        world.site.payments.pop(f"{number:08}")
        if number % 3 == 0:
            assert len(await world.complete()) == 3


@pytest.mark.parametrize("kind", PollKind)
@pytest.mark.parametrize("count", [1, 3, 30])
async def test_a_silent_query_of_payments_unpays_nothing(kind: PollKind, count: int) -> None:
    world = await world_of(count, PAID)
    for number in range(1, count + 1):
        world.site.put(f"{number:08}", PAID)
    world.site.silent.add("APS_VOUCHER_PAYMENTS")
    words, published = await world.failed(kind)
    assert f"query APS_VOUCHER_PAYMENTS shows no payments for {count} of {count} vouchers" in words
    assert published == []
    world.site.silent.clear()
    assert await world.complete(kind) == []


async def test_a_single_voucher_without_its_payments_is_believed_where_others_have_some() -> None:
    world = await world_of(10, {})
    world.site.put("00000001")
    (found,) = await world.complete(CHANGES)
    assert found.standing is PaymentStanding.NOT_SCHEDULED


async def test_of_a_deleted_voucher_the_payments_go_with_it() -> None:
    world = await world_of(1, {})
    world.site.put("00000001", ENTRY_STATUS="X")
    (found,) = await world.complete(CHANGES)
    assert [each.kind for each in found.exceptions] == [ExceptionKind.DELETED]
