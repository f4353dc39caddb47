"""Lines from purchase orders, goods sent back, and order lines whose coding is split."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from ap_domain.mapping import MappingFault, VoucherDraft
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DraftOf = Callable[..., VoucherDraft]
MATCHED: dict[str, Any] = {"purchase_orders": "already_matched"}
SPLIT: dict[str, Any] = {**MATCHED, "group_lines_by": ["orderNumber", "orderLineNumber"]}


def ordered(net: Any, **fields: Any) -> dict[str, Any]:
    return {
        "accountCode": "1",
        "netTotal": net,
        "orderNumber": "0000000012",
        "orderLineNumber": "3",
        "matchedQuantity": 4,
        "orderedNetPrice": 25,
        "orderLineUOM": "EA",
        "goodsReceiptNumber": "0000000099",
        "goodsReceiptItemNumber": "1",
        **fields,
    }


def net_invoice(*rows: dict[str, Any]) -> dict[str, Any]:
    gross = sum(Decimal(str(row["netTotal"])) for row in rows)
    return {"grossSum": str(gross), "taxSum1": 0, "codingRows": list(rows)}


def test_a_line_carries_what_the_order_was_matched_with(draft_of: DraftOf) -> None:
    draft = draft_of(MATCHED, **net_invoice(ordered(100), {"accountCode": "2", "netTotal": 50}))
    assert draft.header["MATCH_ACTION"] == "N"
    line = dict(draft.lines[0].properties)
    assert line == {
        "VOUCHER_LINE_NUM": 1,
        "BUSINESS_UNIT_PO": "US001",
        "PO_ID": "0000000012",
        "LINE_NBR": 3,
        "SCHED_NBR": 1,
        "BUSINESS_UNIT_RECV": "US001",
        "RECEIVER_ID": "0000000099",
        "RECV_LN_NBR": 1,
        "QTY_VCHR": 4,
        "UNIT_OF_MEASURE": "EA",
        "UNIT_PRICE": 25,
        "MERCHANDISE_AMT": 100,
    }
    assert "PO_ID" not in draft.lines[1].properties
    assert len(draft.lines[0].distributions) == 1


@pytest.mark.parametrize(
    ("keys", "action"),
    [
        (MATCHED, "N"),
        ({"purchase_orders": "match_again"}, "Y"),
        ({**MATCHED, "tables": {"match_actions": {"already_matched": "E"}}}, "E"),
        ({}, None),
    ],
)
def test_the_policy_says_whether_peoplesoft_matches_again(
    draft_of: DraftOf, keys: dict[str, Any], action: str | None
) -> None:
    assert draft_of(keys, **net_invoice(ordered(100))).header.get("MATCH_ACTION") == action
    assert "MATCH_ACTION" not in draft_of(keys).header


def test_orders_are_left_alone_unless_asked_for(draft_of: DraftOf) -> None:
    assert "PO_ID" not in draft_of({}, **net_invoice(ordered(100))).lines[0].properties


def test_peoplesoft_may_take_the_distributions_from_the_order(draft_of: DraftOf) -> None:
    keys = {**MATCHED, "distributions_from_po": True}
    rows = [ordered(100, accountCode=None), {"accountCode": "2", "netTotal": 50}]
    lines: Any = draft_of(keys, **net_invoice(*rows)).properties()["VOUCHER_LINE"]
    assert "DISTRIB_LINE" not in lines[0]
    assert lines[1]["DISTRIB_LINE"][0]["ACCOUNT"] == "2"


@pytest.mark.parametrize(
    ("row", "amount", "quantity"),
    [
        (ordered(100), 100, 4),
        (ordered(-100), -100, -4),
        (ordered(-100, matchedQuantity=-4), -100, -4),
        (ordered(100, matchedQuantity=-4), 100, 4),
        (ordered(-100, matchingType=2), -100, -4),
        (ordered(0, matchedQuantity=0), 0, 0),
    ],
)
def test_goods_sent_back_have_a_negative_quantity(
    draft_of: DraftOf, row: dict[str, Any], amount: int, quantity: int
) -> None:
    line = draft_of(MATCHED, **net_invoice(row)).lines[0].properties
    assert [line["MERCHANDISE_AMT"], line["QTY_VCHR"]] == [amount, quantity]


def test_a_return_written_without_sign_is_subtracted_if_the_sums_say_so(draft_of: DraftOf) -> None:
    rows = [ordered(500), ordered(100, matchingType=2, taxSum=19)]
    subtracted = draft_of(MATCHED, grossSum=400, taxSum1=0, codingRows=rows)
    assert [line.properties["MERCHANDISE_AMT"] for line in subtracted.lines] == [500, -100]
    with pytest.raises(MappingFault, match="make up the gross"):
        draft_of(MATCHED, grossSum=600, taxSum1=0, codingRows=rows)
    taxed = draft_of(MATCHED, grossSum=381, taxSum1=None, taxSum2=None, codingRows=rows)
    assert taxed.header["SALETX_AMT"] == -19


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orderLineNumber": None}, "codingRows[0].orderLineNumber"),
        ({"orderLineNumber": "3a"}, "codingRows[0].orderLineNumber"),
        ({"matchedQuantity": None}, "codingRows[0].matchedQuantity"),
        ({"matchedQuantity": 1.00005}, "codingRows[0].matchedQuantity"),
        ({"orderedNetPrice": 0.000001}, "codingRows[0].orderedNetPrice"),
        ({"orderNumber": "0000000012, 0000000013"}, "codingRows[0].orderNumber"),
        ({"matchingType": 1.5}, "codingRows[0].matchingType"),
    ],
)
def test_an_order_line_that_does_not_fit_is_rejected(
    draft_of: DraftOf, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(MappingFault) as caught:
        draft_of(MATCHED, **net_invoice(ordered(100, **changes)))
    assert caught.value.field == field


def test_split_coding_of_an_order_line_is_one_line(draft_of: DraftOf) -> None:
    rows = [
        ordered(60, accountCode="1", matchedQuantity=2.4),
        {"accountCode": "9", "netTotal": 5},
        ordered(40, accountCode="2", matchedQuantity=1.6),
        ordered(10, orderLineNumber="4", matchedQuantity=1),
        {"accountCode": "9", "netTotal": 5},
    ]
    lines = draft_of(SPLIT, **net_invoice(*rows)).lines
    assert [line.properties["VOUCHER_LINE_NUM"] for line in lines] == [1, 2, 3, 4]
    assert [line.properties["MERCHANDISE_AMT"] for line in lines] == [100, 5, 10, 5]
    assert lines[0].properties["QTY_VCHR"] == 4
    codes = [part.properties for part in lines[0].distributions]
    assert [code["DISTRIB_LINE_NUM"] for code in codes] == [1, 2]
    assert [code["ACCOUNT"] for code in codes] == ["1", "2"]


def test_rows_of_one_line_must_agree(draft_of: DraftOf) -> None:
    rows = [ordered(60, orderLineUOM="EA"), ordered(40, orderLineUOM="BOX")]
    with pytest.raises(MappingFault, match="must agree in UNIT_OF_MEASURE") as caught:
        draft_of(SPLIT, **net_invoice(*rows))
    assert caught.value.value == "BOX, EA"
    with pytest.raises(MappingFault, match="must agree in BUSINESS_UNIT_RECV"):
        draft_of(SPLIT, **net_invoice(ordered(60), ordered(40, goodsReceiptNumber=None)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(min_value=-(10**6), max_value=10**6),
            st.sampled_from([None, "1", "2", "3"]),
            st.integers(min_value=0, max_value=10**5),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_however_rows_are_grouped_nothing_is_lost(
    draft_of: DraftOf, rows: list[tuple[int, str | None, int]]
) -> None:
    documents = [
        ordered(f"{Decimal(net) / 100}", orderNumber=number, matchedQuantity=f"{Decimal(quantity) / 10}")
        for net, number, quantity in rows
    ]
    draft = draft_of({**MATCHED, "group_lines_by": ["orderNumber"]}, **net_invoice(*documents))
    orders = [number for _, number, _ in rows]
    assert len(draft.lines) == len({*orders} - {None}) + orders.count(None)
    assert sum(len(line.distributions) for line in draft.lines) == len(rows)
    for line in draft.lines:
        parts = [part.properties["MERCHANDISE_AMT"] for part in line.distributions]
        assert line.properties["MERCHANDISE_AMT"] == sum(part for part in parts if isinstance(part, Decimal))
    total = sum(Decimal(str(line.properties["MERCHANDISE_AMT"])) for line in draft.lines)
    assert total == draft.header["GROSS_AMT"]
