import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.document_fault import DocumentFault
from ap_domain.revision import batch_id, content_digest, revision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

MakeDocument = Callable[..., dict[str, Any]]
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)

codes = st.text(alphabet="ABC019/- äß", min_size=1, max_size=12).filter(str.strip)
cents = st.integers(min_value=-(10**9), max_value=10**9).map(lambda amount: Decimal(amount) / 100)


@relaxed
@given(source=st.randoms(use_true_random=False))
def test_the_order_of_keys_and_rows_does_not_count(
    make_document: MakeDocument, source: random.Random
) -> None:
    document = make_document()
    assert revision(_shuffled(document, source)) == revision(document)


@relaxed
@given(
    changes=st.dictionaries(
        st.sampled_from(
            [
                "processingStatus",
                "lastUpdated",
                "invoiceImageURL",
                "invoiceImageToken",
                "voucherNumber1",
                "voucherNumber2",
                "prebooked",
                "transferResponses",
                "paymentResponses",
                "prebookResponses",
                "enrichmentResponses",
                "removeResponses",
                "attachments",
            ]
        ),
        st.one_of(
            st.none(), st.text(max_size=5), st.lists(st.dictionaries(st.text(max_size=2), st.booleans()))
        ),
    ),
    batch=st.text(max_size=5),
)
def test_what_a_transfer_leaves_behind_does_not_count(
    make_document: MakeDocument, changes: dict[str, Any], batch: str
) -> None:
    parameters = [{"key": "InvoiceBatchId", "value": batch}]
    assert revision(make_document(**changes, transferParameters=parameters)) == revision(make_document())


@relaxed
@given(
    row=st.integers(min_value=0, max_value=1),
    change=st.one_of(
        st.tuples(
            st.sampled_from(["accountCode", "costCenterCode", "dimCode7", "text1", "projectCode"]), codes
        ),
        st.tuples(st.sampled_from(["netTotal", "grossTotal", "taxSum", "num5"]), cents),
        st.tuples(st.just("rowIndex"), st.integers(min_value=0, max_value=100_000)),
    ),
)
def test_any_change_of_coding_counts(make_document: MakeDocument, row: int, change: tuple[str, Any]) -> None:
    name, value = change
    document, changed = make_document(), make_document()
    changed["codingRows"][row] = {**changed["codingRows"][row], name: value}
    same = document["codingRows"][row].get(name) == value
    assert (revision(changed) == revision(document)) is same


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("invoiceNumber", "80000330200234"),
        ("supplierCode", "430023"),
        ("companyCode", "BW01"),
        ("currencyCode", "USD"),
        ("grossSum", Decimal("1160.01")),
        ("invoiceDate", "2026-06-06T00:00:00Z"),
        ("voucherDate", None),
        ("paymentBlock", True),
        ("paymentTermCode", "NET30"),
        ("description", "Pens"),
        ("text60", "x"),
        ("codingRows", []),
        ("orderNumbers", ["PO1"]),
        ("transferParameters", [{"key": "Other", "value": "1"}]),
        ("someFutureField", False),
    ],
)
def test_any_change_of_the_header_counts(make_document: MakeDocument, name: str, value: object) -> None:
    assert revision(make_document(**{name: value})) != revision(make_document())


@pytest.mark.parametrize("blank", [None, "", [], {}, [None]])
def test_absent_null_and_blank_are_the_same(make_document: MakeDocument, blank: object) -> None:
    assert revision(make_document(orderNumbers=blank)) == revision(make_document())


@given(
    amount=st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
)
def test_equal_numbers_are_the_same_however_written(amount: Decimal) -> None:
    longer = Decimal(f"{amount:f}" + "000")
    assert revision({"grossSum": amount}) == revision({"grossSum": longer})
    assert revision({"grossSum": amount}) != revision({"grossSum": str(amount)})


def test_a_whole_number_is_the_same_with_and_without_a_point() -> None:
    texts = ["1160", "1160.0", "1160.00", "1.16E+3", "116e1"]
    found = {revision({"grossSum": json.loads(text, parse_float=Decimal)}) for text in texts}
    assert len(found) == 1


def test_absurd_numbers_neither_hang_nor_collide() -> None:
    absurd = [
        Decimal("1E+999999"),
        Decimal("-1E+999999"),
        Decimal("1E-999999"),
        Decimal("1E+999998"),
        10**6000,
    ]
    assert len({revision({"numeric1": number}) for number in absurd}) == len(absurd)


def test_two_equal_rows_are_not_one(make_document: MakeDocument) -> None:
    row = {"accountCode": "1", "netTotal": 1}
    assert revision(make_document(codingRows=[row])) != revision(make_document(codingRows=[row, row]))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([{"key": "InvoiceBatchId", "value": "b1"}], "b1"),
        ([{"key": "Other", "value": "x"}, {"key": "InvoiceBatchId", "value": "b2"}], "b2"),
        ([{"key": "InvoiceBatchId", "value": None}], None),
        ([{"key": "InvoiceBatchId", "value": " "}, {"key": "InvoiceBatchId", "value": " b3 "}], "b3"),
        ([{"key": "InvoiceBatchId", "value": 4711}], "4711"),
        ([{"key": "InvoiceBatchId", "value": ["b"]}], None),
        ([None, "x"], None),
        ("x", None),
        (None, None),
    ],
)
def test_the_batch_is_read_where_there_is_one(parameters: object, expected: str | None) -> None:
    assert batch_id({"transferParameters": parameters}) == expected


@relaxed
@given(source=st.randoms(use_true_random=False))
def test_the_content_is_the_same_however_it_is_written(
    make_document: MakeDocument, source: random.Random
) -> None:
    document = make_document()
    listed = {**_shuffled(document, source), "description2": None, "attachments": []}
    written = json.loads(json.dumps(listed, indent=1, ensure_ascii=False), parse_float=Decimal)
    assert content_digest(written) == content_digest(document)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("processingStatus", "TransferInProgress"),
        ("attachments", [{"fileName": "a.pdf"}]),
        ("voucherNumber1", "00000017"),
        ("transferResponses", [{"success": True}]),
        ("transferParameters", [{"key": "InvoiceBatchId", "value": "batch-2"}]),
        ("invoiceImageURL", "https://images.invalid/other"),
        ("grossSum", Decimal("1160.01")),
    ],
)
def test_any_other_change_is_one_of_the_content(
    make_document: MakeDocument, name: str, value: object
) -> None:
    assert content_digest(make_document(**{name: value})) != content_digest(make_document())


def test_an_image_token_made_anew_for_each_answer_is_no_change_of_the_content(
    make_document: MakeDocument,
) -> None:
    one, other = (
        make_document(invoiceImageToken=token, invoiceImageURL=f"https://images.invalid/?t={token}")
        for token in ("t1", "t2")
    )
    assert content_digest(one) == content_digest(other)


@pytest.mark.parametrize("digest", [revision, content_digest])
def test_what_is_nested_too_deeply_is_the_documents_fault(digest: Callable[..., str]) -> None:
    deep: list[Any] = []
    for _ in range(3000):
        deep = [deep]
    with pytest.raises(DocumentFault, match="nested too deeply"):
        digest({"text1": deep})


def _shuffled(value: Any, source: random.Random, *, rows: bool = False) -> Any:
    if isinstance(value, dict):
        names = list(value)
        source.shuffle(names)
        return {
            name: _shuffled(value[name], source, rows=name in {"codingRows", "invoiceLines"})
            for name in names
        }
    if isinstance(value, list):
        items = [_shuffled(item, source) for item in value]
        if rows:
            source.shuffle(items)
        return items
    return value
