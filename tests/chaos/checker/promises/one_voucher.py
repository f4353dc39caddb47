"""At most one live voucher an invoice and a natural key match, though PeopleSoft itself takes a second one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from tests.chaos.checker.evidence import Case, Evidence
from tests.chaos.checker.findings import Finding, Weight
from tests.chaos.checker.natural_keys import key_of_intent, key_of_voucher, owners
from tests.chaos.checker.records import Json

PROMISE = "2 at most one live voucher of an invoice"
DELETED = "X"
_MATCH = {
    "INVOICE_DT": "INVOICE_DT",
    "GROSS_AMT": "GROSS_AMT",
    "VOUCHER_STYLE": "VOUCHER_STYLE",
}
"""What a site's rule may look at beside unit, supplier and number."""


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """Doubles at any moment; whose each voucher is, at rest."""
    for case in evidence.cases:
        yield from _doubles(case)
        yield from _shared(case)
        if at_rest:
            yield from _nobodys(case)
            yield from _missing(case)


def live(case: Case) -> list[Json]:
    """The vouchers that our operator made and nobody deleted."""
    operator = case.connection.operator
    return [
        each
        for each in case.books.vouchers
        if each["created_by"] == operator and each["ENTRY_STATUS"] != DELETED
    ]


def _doubles(case: Case) -> Iterator[Finding]:
    """Same unit, supplier, number, and what else the site's rule compares: a credit note of the same number differs."""
    rule = [_MATCH[each] for each in case.connection.match if each in _MATCH]
    found: defaultdict[tuple[str, ...], list[Json]] = defaultdict(list)
    for voucher in live(case):
        found[(*key_of_voucher(voucher), *(str(voucher.get(each, "")) for each in rule))].append(voucher)
    for key, vouchers in found.items():
        if len(vouchers) > 1:
            invoice = next(iter(owners(case).get(key_of_voucher(vouchers[0]), ())), "/".join(key))
            yield _finding(case, invoice, f"live vouchers {_names(vouchers)} for one natural key {key}")


def _shared(case: Case) -> Iterator[Finding]:
    """No voucher stands for two invoices: one of them would never be paid."""
    holders: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for invoice_id, entry in case.invoices.items():
        voucher = entry["body"]["voucher"]
        if voucher is not None:
            holders[voucher["business_unit"], voucher["voucher_id"]].append(invoice_id)
    for voucher_key, invoices in holders.items():
        if len(invoices) > 1:
            words = f"voucher {'/'.join(voucher_key)} stands for the invoices {', '.join(sorted(invoices))}"
            yield _finding(case, invoices[0], words, weight=Weight.LOST)


def _nobodys(case: Case) -> Iterator[Finding]:
    """A live voucher of ours that no entry has is a second one or a lost one, unless a person has it on the desk: of
    an invoice that is parked undecided, or was discarded so.
    """
    held = _held(case)
    doubted = {
        key_of_intent(entry["body"]["intent"])
        for entry in case.invoices.values()
        if (entry["phase"] == "parked" or entry["step"] == "discarded")
        and entry["body"]["voucher"] is None
        and entry["body"]["intent"]
    }
    for voucher in live(case):
        if _keys(voucher) not in held and key_of_voucher(voucher) not in doubted:
            invoice = next(iter(owners(case).get(key_of_voucher(voucher), ())), voucher["INVOICE_ID"])
            words = f"voucher {_names([voucher])} of {voucher['created_at']} is no invoice's in the ledger"
            yield _finding(case, invoice, words)


def _missing(case: Case) -> Iterator[Finding]:
    known = {_keys(each) for each in case.books.vouchers}
    for keys, invoice_id in _held(case).items():
        if keys not in known:
            words = f"voucher {'/'.join(keys)} of the ledger is not in PeopleSoft's books"
            yield _finding(case, invoice_id, words, weight=Weight.LOST)


def _held(case: Case) -> dict[tuple[str, str], str]:
    return {
        (voucher["business_unit"], voucher["voucher_id"]): invoice_id
        for invoice_id, entry in case.invoices.items()
        if (voucher := entry["body"]["voucher"]) is not None
    }


def _keys(voucher: Json) -> tuple[str, str]:
    return voucher["BUSINESS_UNIT"], voucher["VOUCHER_ID"]


def _names(vouchers: Sequence[Json]) -> str:
    return ", ".join(sorted("/".join(_keys(each)) for each in vouchers))


def _finding(case: Case, record: str, words: str, *, weight: Weight = Weight.TWICE) -> Finding:
    return Finding(promise=PROMISE, connection=case.connection.id, record=record, words=words, weight=weight)
