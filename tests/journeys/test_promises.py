"""The checker can fail: evidence that was tampered with, one thing at a time, is found out."""

from collections.abc import Callable
from dataclasses import replace

from .conftest import NewCustomer
from .customer import TRANSFERRED, Json
from .evidence import Evidence
from .promises import broken_promises, kept
from .stories import story
from .topic_records import AUDIT_POSTER, DOCUMENTS, INVOICES, NOTIFICATIONS, TopicRecord


def _without_last(topic: str) -> Callable[[Evidence], Evidence]:
    return lambda seen: _with(seen, topic, seen.records[topic][:-1])


def _with(seen: Evidence, topic: str, records: list[TopicRecord]) -> Evidence:
    return replace(seen, records={**seen.records, topic: records})


def _repeated(topic: str) -> Callable[[Evidence], Evidence]:
    return lambda seen: _with(seen, topic, [*seen.records[topic], seen.records[topic][-1]])


def _elsewhere(seen: Evidence) -> Evidence:
    (record,) = seen.records[NOTIFICATIONS]
    return _with(seen, NOTIFICATIONS, [replace(record, partition=(record.partition + 1) % 12)])


def _voucher(**changes: str) -> Callable[[Evidence], Evidence]:
    return lambda seen: replace(seen, vouchers=[{**each, **changes} for each in seen.vouchers])


def _document(**changes: Json | str | list[Json]) -> Callable[[Evidence], Evidence]:
    return lambda seen: replace(seen, documents=[{**each, **changes} for each in seen.documents])


def _second_voucher(seen: Evidence) -> Evidence:
    return replace(seen, vouchers=[*seen.vouchers, {**seen.vouchers[0], "VOUCHER_ID": "99999999"}])


def _second_create(seen: Evidence) -> Evidence:
    created = [each for each in seen.calls if each["operation"] == "create"]
    return replace(seen, calls=[*seen.calls, *created])


def _nobodys(seen: Evidence) -> Evidence:
    stranger = {"VOUCHER_ID": "99999999", "INVOICE_ID": "of nobody"}
    return replace(seen, vouchers=[*seen.vouchers, {**seen.vouchers[0], **stranger}])


TAMPERED: dict[str, tuple[Callable[[Evidence], Evidence], str]] = {
    "a notification lost": (_without_last(NOTIFICATIONS), "is not on the topic"),
    "a record in another partition": (_elsewhere, "is in partition"),
    "a fetch published twice": (_repeated(DOCUMENTS), "is number 2"),
    "the last decision lost": (_without_last(INVOICES), "is waiting"),
    "a version written twice": (_repeated(INVOICES), "has the versions"),
    "an audit event lost": (_without_last(AUDIT_POSTER), "no 'confirmed'"),
    "an audit event twice": (_repeated(AUDIT_POSTER), "more than once"),
    "a second voucher": (_second_voucher, "is not exactly one invoice's"),
    "a deleted voucher": (_voucher(ENTRY_STATUS="X"), "is not alive"),
    "a voucher before the acknowledge": (
        _voucher(created_at="2001-01-01T00:00:00+00:00"),
        "before it was ack",
    ),
    "a voucher after the report": (_voucher(created_at="2099-01-01T00:00:00+00:00"), "reported before"),
    "a second create": (_second_create, "creates reached PeopleSoft"),
    "another number told": (_document(voucherNumber1="1"), "Basware has"),
    "too many words": (_document(responses=[{"body": {"responseMessage": "x" * 251}}]), "251 characters"),
    "a voucher that is ours and nobody's": (_nobodys, "is not exactly one invoice's"),
    "not transferred": (_document(status="TransferInProgress"), "Basware has"),
}


@story
async def test_tampered_evidence_is_found_out(new_customer: NewCustomer) -> None:
    customer = await new_customer("tampered")
    await customer.until_status(TRANSFERRED, await customer.approve())
    evidence = await kept(customer)
    for what, (tamper, words) in TAMPERED.items():
        assert any(words in each for each in broken_promises(tamper(evidence))), what
    # A voucher of another origin is nobody's business here.
    keyed = {**evidence.vouchers[0], "VOUCHER_ID": "99999999", "created_by": "CLERK1"}
    assert list(broken_promises(replace(evidence, vouchers=[*evidence.vouchers, keyed]))) == []
    broken_rule = replace(evidence, violations=[{"rule": "writes_within_one_second"}])
    assert list(broken_promises(broken_rule)) != []
