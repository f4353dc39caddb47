"""The checker: what must hold for every customer at rest, whatever happened. Reads topics and books only."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from .customer import FAILED, PAID, TRANSFERRED, Customer, Json
from .eventually import BOUND, eventually
from .evidence import Entry, Evidence, gather_evidence
from .topic_records import AUDIT_POSTER, DOCUMENTS, FETCHES, INVOICES, NOTIFICATIONS, UNREADABLE

LONGEST_MESSAGE = 250
POSTED = ("confirmed", "paid")
"""Where an invoice rests that has a voucher."""
PATH = ("received", "acknowledged", "started", "posted", "reported", "confirmed")
"""The audit's words for the steps of an invoice that goes through; `adopted` stands for posted as well."""

UNSTARTED = tuple(each for each in PATH if each != "started")
"""The path of an invoice for which somebody else's voucher was taken."""
LINKED = ("linked",)
"""The path of an invoice for which a person named the voucher: Basware may have known it before."""


async def kept(customer: Customer, *, within: float = BOUND) -> Evidence:
    """Wait until everything of the customer is at rest, then hold it against every promise."""
    evidence = await eventually(
        lambda: gather_evidence(customer),
        lambda seen: not seen.restless,
        what=f"all of {customer.id} at rest",
        within=within,
        every=0.3,
    )
    broken = list(broken_promises(evidence))
    assert not broken, "\n".join(broken)
    return evidence


def broken_promises(evidence: Evidence) -> Iterator[str]:
    """Everything that does not hold, in words."""
    yield from (f"at Basware: {each}" for each in evidence.violations)
    yield from (f"unreadable: {each.key}" for each in evidence.records[UNREADABLE])
    yield from _places(evidence)
    yield from _accepted(evidence)
    yield from _sequences(evidence)
    yield from _money(evidence)
    yield from _order(evidence)
    yield from _audit(evidence)


def _places(evidence: Evidence) -> Iterator[str]:
    """Everything of a connection lies in its shard, under the keys that were agreed."""
    keys: dict[str, Callable[[Entry], tuple[str, ...]]] = {
        NOTIFICATIONS: lambda value: (value["task_id"],),
        DOCUMENTS: lambda value: (value["invoice_id"], str(value["fetch_number"])),
        FETCHES: lambda value: (value["body"]["invoice_id"],),
        INVOICES: lambda value: (value["body"]["invoice_id"],),
    }
    for topic, records in evidence.records.items():
        for record in records:
            if topic in keys and record.key != evidence.key(*keys[topic](record.value)):
                yield f"{topic}: unexpected key {record.key}"
            if topic.startswith("audit.") and record.key != record.value["event_id"]:
                yield f"{topic}: unexpected key {record.key}"
            if topic.partition(".")[0] != "ap" and record.partition != evidence.shard:
                yield f"{topic}: {record.key} is in partition {record.partition}, not {evidence.shard}"


def _accepted(evidence: Evidence) -> Iterator[str]:
    """What was answered 200 is on the topic; what was offered ended posted, returned, withdrawn or parked."""
    published = {each.value["task_id"] for each in evidence.records[NOTIFICATIONS]}
    for document in evidence.documents:
        for task in document["notifications"]:
            if not task["url"].endswith(f"/{evidence.connection_id}"):
                continue  # told to another connection of the tenant
            if any(each["status"] == 200 for each in task["attempts"]) and task["task_id"] not in published:
                yield f"task {task['task_id']} was answered 200 and is not on the topic"
    yield from evidence.restless


def _sequences(evidence: Evidence) -> Iterator[str]:
    """No version is missing or doubled, so any replay and any compaction leads to the same state."""
    for topic in (FETCHES, INVOICES):
        for key, versions in evidence.entries(topic).items():
            numbers = [each["sequence"] for each in versions]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{topic}: {key} has the versions {numbers}"
            if max(versions, key=lambda each: int(each["sequence"])) != evidence.latest(topic)[key]:
                yield f"{topic}: {key} replays to another state than its highest version"
    fetches: Counter[str] = Counter()
    for record in evidence.records[DOCUMENTS]:
        invoice_id = record.value["invoice_id"]
        fetches[invoice_id] += 1
        if record.value["fetch_number"] != fetches[invoice_id]:
            yield f"fetch {record.value['fetch_number']} of {invoice_id} is number {fetches[invoice_id]} there"


def _money(evidence: Evidence) -> Iterator[str]:
    """One live voucher for what is posted, none for what is returned, and Basware was told exactly that.

    A live voucher that nobody's entry has must be somebody else's.
    """
    live = {
        (each["BUSINESS_UNIT"], each["VOUCHER_ID"]): each
        for each in evidence.vouchers
        if each["ENTRY_STATUS"] != "X"
    }
    ours: Counter[tuple[str, str]] = Counter()
    starts: Counter[str | None] = Counter()
    for document in evidence.documents:
        entry = evidence.invoice(document["invoiceId"])
        if entry is None:
            continue
        starts[document.get("invoiceNumber")] += _starts(evidence, entry)
        voucher = entry["body"]["voucher"]
        if voucher is not None:
            ours[voucher["business_unit"], voucher["voucher_id"]] += 1
        yield from _told(entry, document)
    creates = Counter(call["invoice_id"] for call in evidence.calls if call["operation"] == "create")
    for number, committed in starts.items():
        if creates[number] > committed:
            yield f"{number}: {creates[number]} creates reached PeopleSoft, {committed} were committed as started"
    for voucher_key, voucher in live.items():
        invoices = ours.pop(voucher_key, 0)
        if invoices > 1 or (invoices == 0 and voucher["created_by"] == evidence.operator):
            yield f"voucher {voucher_key} for {voucher['INVOICE_ID']} is not exactly one invoice's"
    yield from (f"voucher {missing} of our ledger is not alive in PeopleSoft" for missing in ours)


def _told(entry: Entry, document: Json) -> Iterator[str]:
    """Basware was told what came of it, in few enough words."""
    voucher, status = entry["body"]["voucher"], document["status"]
    number = document["voucherNumber1"]
    if entry["step"] in POSTED and (
        voucher is None or status not in (TRANSFERRED, PAID) or number != voucher["voucher_id"]
    ):
        yield f"{entry['key']} is {entry['step']} with {voucher}, Basware has {status} {number}"
    if entry["step"] == "returned" and (voucher is not None or status != FAILED):
        yield f"{entry['key']} is returned with {voucher}, Basware has {status}"
    for response in document["responses"]:
        message = response["body"]["responseMessage"]
        if not 1 <= len(message) <= LONGEST_MESSAGE:
            yield f"{entry['key']} was told of in {len(message)} characters"


def _starts(evidence: Evidence, entry: Entry) -> int:
    """How often a create of the invoice was committed as started, over all its cycles."""
    versions = evidence.entries(INVOICES)[entry["key"]]
    return len({each["started"]["at"] for each in versions if each["started"]})


def _ever_had(evidence: Evidence, invoice_id: str) -> set[str]:
    """The vouchers that the ledger ever had for an invoice."""
    versions = evidence.entries(INVOICES).get(evidence.key(invoice_id), [])
    return {each["body"]["voucher"]["voucher_id"] for each in versions if each["body"]["voucher"]}


def _order(evidence: Evidence) -> Iterator[str]:
    """Acknowledged, then created, then reported; by the clocks and books of the two vendors alone."""
    for document in evidence.documents:
        happened = [(each["event"], each["at"]) for each in document["history"]]
        acknowledged = [at for event, at in happened if event.startswith("acknowledged")]
        stored = [at for event, at in happened if event == "transfer response stored"]
        ours = _ever_had(evidence, document["invoiceId"])
        created = [
            each["created_at"]
            for each in evidence.vouchers
            if each["VOUCHER_ID"] in ours and each["created_by"] == evidence.operator
        ]
        if created and (not acknowledged or _instant(acknowledged[0]) > min(map(_instant, created))):
            yield f"{document['invoiceId']} was posted before it was acknowledged"
        if created and stored and min(map(_instant, created)) > _instant(stored[-1]):
            yield f"{document['invoiceId']} was reported before it was posted"
        transferred = [event for event, _ in happened if event == "transferred"]
        if len(transferred) > document["cycle"]:
            yield f"{document['invoiceId']} was transferred {len(transferred)} times"


def _audit(evidence: Evidence) -> Iterator[str]:
    """Every event once, none ahead of its ledger, and the whole path of what went through."""
    doubled = [
        each for each, times in Counter(each["event_id"] for each in evidence.audit).items() if times > 1
    ]
    yield from (f"audit event {each} is there more than once" for each in doubled)
    for key, entry in evidence.latest(INVOICES).items():
        if entry["step"] not in POSTED:
            continue
        actions = evidence.actions(entry["body"]["invoice_id"])
        said = ["posted" if each.startswith("adopted") else each for each in actions]
        path = UNSTARTED if "adopted by the connection's rule" in actions else PATH
        if entry["body"]["linked"]:
            path = LINKED
        yield from _missing(key, said, path)
        last = max(each["sequence"] for each in _events(evidence, key))
        if last > entry["sequence"]:
            yield f"{key}: the audit knows version {last}, the ledger {entry['sequence']}"


def _missing(key: str, said: list[str], path: tuple[str, ...]) -> Iterator[str]:
    """Which steps of the path are not in the audit, in this order."""
    rest = iter(said)
    for step in path:
        if not any(each == step for each in rest):
            yield f"{key}: no {step!r} in its place among {said}"
            return


def _events(evidence: Evidence, key: str) -> Iterable[Entry]:
    return [each.value for each in evidence.records[AUDIT_POSTER] if each.value["record"] == key]


def _instant(text: str) -> str:
    """ISO instants of both simulators, comparable: to the microsecond and in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="microseconds")
