"""What PeopleSoft's duplicate check is about: unit, supplier, number; and whose invoices were ever sent under it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from urllib.parse import unquote

from .evidence import Case
from .records import INVOICES, Json, Record

NaturalKey = tuple[str, str, str]
Starts = Mapping[str, Record]


def key_of_voucher(voucher: Json) -> NaturalKey:
    """Of a voucher as PeopleSoft has it."""
    return voucher["BUSINESS_UNIT"], voucher["VENDOR_ID"], voucher["INVOICE_ID"]


def key_of_call(call: Json) -> NaturalKey:
    """Of a call as PeopleSoft got it."""
    return call["business_unit"], call["vendor_id"], call["invoice_id"]


def key_of_intent(intent: Json) -> NaturalKey:
    """Of what the ledger says was sent."""
    key = intent["natural_key"]
    return key["business_unit"], key["vendor_id"], key["invoice_id"]


def starts(case: Case) -> Mapping[NaturalKey, Mapping[str, list[Record]]]:
    """The committed starts by natural key and invoice: the first version of each, oldest first."""
    found: dict[NaturalKey, dict[str, list[Record]]] = {}
    for versions in case.versions(INVOICES).values():
        before = None
        for version in versions:
            mark, intent = version.value["started"], version.value["body"]["intent"]
            if mark is not None and intent is not None and mark["at"] != before:
                invoice_id = version.value["body"]["invoice_id"]
                found.setdefault(key_of_intent(intent), {}).setdefault(invoice_id, []).append(version)
            before = mark["at"] if mark is not None else None
    return found


def audited_starts(case: Case) -> Mapping[NaturalKey, Counter[str]]:
    """By natural key, how many starts the audit, which nothing compacts, tells of each invoice, by its record's key."""
    found: defaultdict[NaturalKey, Counter[str]] = defaultdict(Counter)
    for record, events in case.events.items():
        for each in events:
            key = _key_of_claim(each.value["detail"].get("natural key", ""))
            if each.value["action"] == "started" and key is not None:
                found[key][record] += 1
    return found


def _key_of_claim(claim: str) -> NaturalKey | None:
    """Unit, SetID, supplier and number, percent-encoded."""
    parts = [unquote(each) for each in claim.split("/")]
    return (parts[0], parts[2], parts[3]) if len(parts) == 4 else None


def owners(case: Case) -> Mapping[NaturalKey, list[str]]:
    """By natural key, the invoices of which a create under it was ever started, or intended."""
    found: defaultdict[NaturalKey, dict[str, None]] = defaultdict(dict)
    for key, begun in starts(case).items():
        found[key].update(dict.fromkeys(begun))
    for entry in case.invoices.values():
        body = entry["body"]
        if body["intent"] is not None:
            found[key_of_intent(body["intent"])][body["invoice_id"]] = None
    return {key: list(invoices) for key, invoices in found.items()}
