"""Whether an invoice came out as expected: everything that does not hold, in words. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from devstack.demo.evidence import Evidence, name_of
from devstack.scenario.case import FAILED, TRANSFERRED, Case, Expected

_NUMBERS = ("_AMT", "_PRICE", "QTY_VCHR")


def problems(evidence: Evidence) -> list[str]:
    """What does not hold; empty if all does. Of two expectations, what is missing from the nearer one."""
    case = evidence.case
    found = list(_problems(evidence, case.expected))
    if found and case.or_else is not None:
        other = list(_problems(evidence, case.or_else))
        return min(found, other, key=len)
    return found


def one_of_each_group(evidences: Iterable[Evidence]) -> Iterator[str]:
    """Of the documents of one paper exactly one is posted."""
    posted: dict[str, int] = {}
    for each in evidences:
        if each.case.group:
            posted[each.case.group] = posted.get(each.case.group, 0) + (each.status == TRANSFERRED)
    for group, number in posted.items():
        if number != 1:
            yield f"of the documents of {group} {number} were posted, not one"


def comes_in_order(expected: Sequence[str], found: Sequence[str]) -> bool:
    """Whether the expected steps are among the found ones in this order."""
    rest = iter(found)
    return all(step in rest for step in expected)


def _problems(evidence: Evidence, expected: Expected) -> Iterator[str]:
    yield from _at_basware(evidence, expected)
    yield from _at_peoplesoft(evidence, expected)
    if not comes_in_order(expected.steps, evidence.steps):
        yield f"steps: expected {', '.join(expected.steps)}; are {', '.join(evidence.steps)}"
    if expected.answers and tuple(evidence.answers[: len(expected.answers)]) != expected.answers:
        yield f"webhook: expected the answers {list(expected.answers)}, were {evidence.answers}"
    for violation in evidence.document["violations"]:
        yield f"a rule of Basware was broken: {violation['rule']}: {violation['detail']}"


def _at_basware(evidence: Evidence, expected: Expected) -> Iterator[str]:
    if evidence.status != expected.basware:
        yield f"Basware: expected {expected.basware}, is {evidence.status}"
    told = evidence.told or {}
    message = str(told.get("responseMessage", ""))
    for part in expected.told:
        if part not in message:
            yield f"message to Basware: expected {part!r} in it, is {message!r}"
    if expected.payment_block is not None and told.get("paymentBlock") is not expected.payment_block:
        yield f"payment block told: expected {expected.payment_block}, is {told.get('paymentBlock')}"
    if expected.basware == FAILED and told.get("success") is not False:
        yield f"Basware was not told that it was not transferred: {told or 'nothing'}"
    if expected.basware == TRANSFERRED and evidence.live:
        number = evidence.document["document"].get("voucherNumber1")
        if number != evidence.live[-1]["VOUCHER_ID"]:
            yield f"Basware: expected voucher number {evidence.live[-1]['VOUCHER_ID']}, is {number}"


def _at_peoplesoft(evidence: Evidence, expected: Expected) -> Iterator[str]:
    live = [name_of(each) for each in evidence.live]
    if len(live) != expected.vouchers:
        yield f"PeopleSoft: expected {expected.vouchers} live vouchers of it, are {live or 'none'}"
    under_number = expected.vouchers if expected.under_number is None else expected.under_number
    found = [name_of(each) for each in evidence.under_number]
    if len(found) != under_number:
        yield f"PeopleSoft: expected {under_number} live vouchers under its number, are {found or 'none'}"
    if expected.creates is not None and len(evidence.own_creates) != expected.creates:
        outcomes = [call["outcome"] for call in evidence.own_creates]
        yield f"PeopleSoft: expected {expected.creates} create calls, were {len(outcomes)}: {outcomes}"
    if expected.vouchers and evidence.live:
        yield from _of_voucher(evidence.live[0], expected, evidence.case)


def _of_voucher(voucher: Mapping[str, Any], expected: Expected, case: Case) -> Iterator[str]:
    yield from _differences(voucher, expected.voucher, "voucher")
    if Decimal(voucher.get("GROSS_AMT", "0")).copy_abs() != case.bill.gross_sum.copy_abs():
        yield f"voucher: the invoice is over {case.bill.gross_sum}, GROSS_AMT is {voucher.get('GROSS_AMT')}"
    lines = voucher.get("VOUCHER_LINE", [])
    if expected.lines and len(lines) != len(expected.lines):
        yield f"voucher: expected {len(expected.lines)} lines, are {len(lines)}"
    for place, (line, wanted) in enumerate(zip(lines, expected.lines, strict=False), start=1):
        yield from _differences(line, wanted, f"line {place}")


def _differences(found: Mapping[str, Any], expected: Mapping[str, str], where: str) -> Iterator[str]:
    for name, value in expected.items():
        if not _same(name, value, str(found.get(name, ""))):
            yield f"{where}: expected {name} {value or 'blank'}, is {found.get(name) or 'blank'}"


def _same(name: str, expected: str, found: str) -> bool:
    """Amounts and quantities are compared as numbers; a blank one is zero to PeopleSoft."""
    if name.endswith(_NUMBERS):
        return Decimal(expected or 0) == Decimal(found or 0)
    return expected == found
