"""Acts on payments: what the queries show after them, and what they come to."""

import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from peoplesoft_simulator.books import Books
from peoplesoft_simulator.server import simulator

UNIT = "US001"
FREE = {"paid": "0", "open": "100.00", "held": False, "ended": False}


async def keyed(caller: Any, amount: str = "100.00", **header: str) -> str:
    """A voucher keyed by hand; its id."""
    count = len(await caller.vouchers())
    entered = {
        "BUSINESS_UNIT": UNIT,
        "INVOICE_ID": f"PAY-{count}",
        "VENDOR_ID": "0000430022",
        "GROSS_AMT": amount,
        **header,
    }
    number: str = (await caller.control("POST", "vouchers", {"voucher": entered}))["VOUCHER_ID"]
    return number


async def act(caller: Any, voucher: str, action: str, **details: Any) -> dict[str, Any]:
    """One act; the voucher's page."""
    page: dict[str, Any] = await caller.control(
        "POST", f"payments/{UNIT}/{voucher}", {"action": action, **details}
    )
    return page


async def rows(caller: Any, voucher: str) -> list[dict[str, Any]]:
    """What the query shows of a voucher's payments."""
    found: list[dict[str, Any]] = await caller.query(
        "APS_VOUCHER_PAYMENTS", BUSINESS_UNIT=UNIT, UP_TO=voucher
    )
    return [each for each in found if each["A.VOUCHER_ID"] == voucher]


Acts = list[dict[str, Any]]
PAY = {"action": "pay", "reference": "CHK-1", "day": "2026-05-04"}
CASES: list[tuple[str, Acts, list[dict[str, Any]], dict[str, Any]]] = [
    ("scheduled", [], [{"A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " ", "B.PYMNT_STATUS": " "}], FREE),
    (
        "planned for another day",
        [{"action": "schedule", "day": "2026-09-01", "method": "WIR"}],
        [{"A.SCHEDULED_PAY_DT": "2026-09-01", "A.PYMNT_METHOD": "WIR"}],
        FREE,
    ),
    ("selected", [{"action": "select"}], [{"A.PYMNT_SELCT_STATUS": "R"}], FREE),
    (
        "let go",
        [{"action": "select"}, {"action": "select", "selection": "N"}],
        [{"A.PYMNT_SELCT_STATUS": "N"}],
        FREE,
    ),
    (
        "paid",
        [PAY],
        [
            {
                "A.PYMNT_SELCT_STATUS": "P",
                "A.PAID_AMT": 100.0,
                "A.PYMNT_ID": "0000000001",
                "B.PYMNT_ID_REF": "CHK-1",
                "B.PYMNT_DT": "2026-05-04",
                "B.PYMNT_STATUS": "P",
                "B.CANCEL_ACTION": "N",
                "B.CANCEL_DT": "",
                "B.NETTED": "N",
            }
        ],
        {"paid": "100.00", "open": "0", "ended": True},
    ),
    (
        "a part is paid",
        [{**PAY, "amount": "30"}],
        [
            {"A.PYMNT_GROSS_AMT": 30, "A.PAID_AMT": 30},
            {"A.PYMNT_GROSS_AMT": 70.0, "A.PYMNT_SELCT_STATUS": "N"},
        ],
        {"paid": "30", "open": "70.00", "ended": False},
    ),
    (
        "discount and withholding",
        [{**PAY, "discount": "2.00", "withheld": "5.00"}],
        [{"A.PAID_AMT": 93.0, "A.PAID_AMT_GROSS": 100.0, "A.PAID_AMT_DSCNT": 2.0, "A.WTHD_AMT": 5.0}],
        {"paid": "93.00", "discount": "2.00", "withheld": "5.00", "paid_gross": "100.00", "ended": True},
    ),
    (
        "another currency",
        [{**PAY, "currency": "EUR", "rate": "0.9", "discount": "2.00"}],
        [
            {
                "A.CURRENCY_PYMNT": "EUR",
                "A.PYMNT_GROSS_AMT": 100.0,
                "A.PAID_AMT": 88.2,
                "A.PAID_AMT_DSCNT": 1.8,
            }
        ],
        {"paid": "98.00", "discount": "2.00", "other_currency": True},
    ),
    (
        "paid outside",
        [{"action": "hold"}, {"action": "record", "reference": "WIRE 7"}],
        [
            {
                "A.PYMNT_SELCT_STATUS": "E",
                "A.PYMNT_ACTION": "R",
                "A.PYMNT_METHOD": "MAN",
                "B.PYMNT_STATUS": "P",
            }
        ],
        {"paid": "100.00", "held": False, "ended": True},
    ),
    (
        "partly prepaid",
        [{"action": "prepay", "amount": "40.00"}],
        [{"A.PYMNT_SELCT_STATUS": "Y", "A.PYMNT_ACTION": "P", "A.PAID_AMT": 0}, {"A.PYMNT_GROSS_AMT": 60.0}],
        {"paid": "0", "prepaid": "40.00", "open": "60.00"},
    ),
    (
        "on hold",
        [{"action": "hold", "reason": "QTY"}],
        [{"A.PYMNT_HOLD": "Y", "A.PYMNT_HOLD_REASON": "QTY"}],
        {**FREE, "held": True},
    ),
    (
        "released",
        [{"action": "hold"}, {"action": "release"}],
        [{"A.PYMNT_HOLD": "N", "A.PYMNT_HOLD_REASON": " "}],
        FREE,
    ),
    (
        "void, the row as it was",
        [PAY, {"action": "void"}],
        [{"A.PYMNT_CNT": 1, "A.PYMNT_SELCT_STATUS": "N", "A.PAID_AMT": 0, "B.PYMNT_STATUS": " "}],
        FREE,
    ),
    (
        "stopped, another row",
        [PAY, {"action": "stop", "form": "new_row", "day": "2026-05-20"}],
        [
            {
                "A.PYMNT_SELCT_STATUS": "X",
                "B.PYMNT_STATUS": "S",
                "B.CANCEL_ACTION": "R",
                "B.CANCEL_DT": "2026-05-20",
            },
            {"A.PYMNT_CNT": 2, "A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " "},
        ],
        FREE,
    ),
    (
        "void on hold",
        [PAY, {"action": "void", "cancel_action": "H", "reason": "ACC"}],
        [{"A.PYMNT_HOLD": "Y", "A.PYMNT_HOLD_REASON": "ACC"}],
        {**FREE, "held": True},
    ),
    (
        "void and closed",
        [PAY, {"action": "void", "cancel_action": "C"}],
        [{"A.PYMNT_SELCT_STATUS": "C", "B.PYMNT_STATUS": "V", "B.CANCEL_ACTION": "C"}],
        {"paid": "0", "open": "0", "cancelled": "100.00", "ended": True},
    ),
    (
        "closed and open again",
        [PAY, {"action": "void", "cancel_action": "C"}, {"action": "reopen"}],
        [{"A.PYMNT_SELCT_STATUS": "N", "A.PYMNT_ID": " "}],
        FREE,
    ),
    (
        "reissued in the row",
        [PAY, {"action": "reissue", "reference": "CHK-2"}],
        [{"A.PYMNT_ID": "0000000002", "B.PYMNT_ID_REF": "CHK-2"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "reissued in another row",
        [PAY, {"action": "reissue", "reference": "CHK-2", "form": "new_row"}],
        [
            {"A.PYMNT_SELCT_STATUS": "X", "B.PYMNT_ID_REF": "CHK-1"},
            {"B.PYMNT_ID_REF": "CHK-2", "A.PAID_AMT": 100.0},
        ],
        {"paid": "100.00", "ended": True},
    ),
    (
        "escheated",
        [PAY, {"action": "escheat"}],
        [{"A.PYMNT_ACTION": "W", "B.PYMNT_STATUS": "W", "B.CANCEL_ACTION": "W"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "escheat undone",
        [PAY, {"action": "escheat"}, {"action": "undo_escheat"}],
        [{"A.PYMNT_ACTION": "S", "B.PYMNT_STATUS": "T"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "cancelled",
        [{"action": "cancel"}],
        [{"A.PYMNT_SELCT_STATUS": "X", "A.PYMNT_ACTION": "X"}],
        {"cancelled": "100.00", "ended": True},
    ),
    (
        "cancelled and open again",
        [{"action": "cancel"}, {"action": "reopen"}],
        [{"A.PYMNT_SELCT_STATUS": "N"}],
        FREE,
    ),
    (
        "letters nobody knows",
        [PAY, {"action": "mark", "codes": {"PYMNT_SELCT_STATUS": "?", "PYMNT_STATUS": "!"}}],
        [{"A.PYMNT_SELCT_STATUS": "?", "B.PYMNT_STATUS": "!"}],
        {"paid": "100.00", "ended": True},
    ),
    (
        "instalments",
        [{"action": "split", "parts": 3}, {**PAY, "number": 2}],
        [{"A.PYMNT_GROSS_AMT": 33.33}, {"A.PAID_AMT": 33.33}, {"A.PYMNT_GROSS_AMT": 33.34}],
        {"paid": "33.33", "open": "66.67", "ended": False},
    ),
]


@pytest.mark.parametrize(
    ("acts", "shown", "summary"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
async def test_the_query_and_the_summary_show_what_was_done(
    caller: Any, acts: Acts, shown: list[dict[str, Any]], summary: dict[str, Any]
) -> None:
    number = await keyed(caller)
    for each in acts:
        await act(caller, number, **each)
    found = await rows(caller, number)
    assert [{name: row[name] for name in wanted} for row, wanted in zip(found, shown, strict=True)] == shown
    (page,) = (await caller.control("GET", f"payments?voucher_id={number}"))["vouchers"]
    assert {name: page["summary"][name] for name in summary} == summary


async def test_one_payment_covers_several_vouchers_and_is_taken_back_from_all(caller: Any) -> None:
    numbers = [await keyed(caller, amount) for amount in ("100.00", "50.00", "-30.00")]
    together = {"vouchers": [[UNIT, each] for each in numbers]}
    payment = (await caller.control("POST", "payments/together", together))["payment"]
    assert payment["PYMNT_ID"] == "0000000001"
    found = [row for each in numbers for row in await rows(caller, each)]
    assert [row["A.PAID_AMT"] for row in found] == [100.0, 50.0, -30.0]
    assert {(row["A.PYMNT_ID"], row["B.NETTED"]) for row in found} == {("0000000001", "Y")}
    (page,) = (await caller.control("GET", f"payments?voucher_id={numbers[0]}"))["vouchers"]
    assert page["payments"][0]["PYMNT_AMT"] == "120.00"
    await act(caller, numbers[1], "void")
    pages = (await caller.control("GET", "payments"))["vouchers"]
    assert [page["summary"]["open"] for page in pages] == ["100.00", "50.00", "-30.00"]


async def test_a_credit_note_that_takes_everything_settles_without_money(caller: Any) -> None:
    numbers = [await keyed(caller, amount) for amount in ("80.00", "-80.00")]
    await caller.control("POST", "payments/together", {"vouchers": [[UNIT, each] for each in numbers]})
    found = [row for each in numbers for row in await rows(caller, each)]
    assert [(row["A.PYMNT_SELCT_STATUS"], row["A.PAID_AMT"], row["B.NETTED"]) for row in found] == [
        ("P", 0, "Y")
    ] * 2
    summaries = [each["summary"] for each in (await caller.control("GET", "payments"))["vouchers"]]
    assert [(each["paid"], each["netted"], each["ended"]) for each in summaries] == [
        ("0", "80.00", True),
        ("0", "-80.00", True),
    ]


async def test_nothing_to_pay_is_settled_by_a_payment_of_nothing(caller: Any) -> None:
    number = await keyed(caller, "0.00")
    page = await act(caller, number, "pay")
    assert (page["summary"]["ended"], page["payments"][0]["PYMNT_AMT"]) == (True, "0.00")


@pytest.mark.parametrize(
    ("before", "action", "why"),
    [
        ("delete", {"action": "pay"}, "is deleted"),
        ("recycle", {"action": "pay"}, "is recycled"),
        ("recycle", {"action": "record"}, "is recycled"),
        ("hold", {"action": "pay"}, "on hold (OTH)"),
        ("post", {"action": "pay", "amount": "100.01"}, "not part of"),
        ("post", {"action": "pay", "amount": "-1"}, "not part of"),
        ("post", {"action": "pay", "discount": "101"}, "not part of"),
        ("post", {"action": "pay", "discount": "-1"}, "not part of"),
        ("post", {"action": "split", "amounts": ["1", "2"]}, "is not 100.00"),
        ("post", {"action": "void"}, "has no payment"),
        ("post", {"action": "void", "payment_id": "0000000009"}, "has no payment 0000000009"),
        ("post", {"action": "pay", "number": 7}, "no unpaid instalment 7"),
        ("post", {"action": "reopen"}, "no cancelled instalment"),
        ("post", {"action": "mark", "codes": {"NO_SUCH": "1"}}, "neither record has NO_SUCH"),
        ("pay", {"action": "pay"}, "no unpaid instalment"),
        ("pay", {"action": "undo_escheat"}, "nothing that is escheated"),
    ],
)
async def test_what_the_pages_would_refuse_is_refused_and_changes_nothing(
    caller: Any, before: str, action: dict[str, Any], why: str
) -> None:
    number = await keyed(caller)
    await caller.control("POST", f"vouchers/{UNIT}/{number}", {"action": before})
    known = await caller.control("GET", "payments")
    async with caller.session.post(f"{caller.url}/control/payments/{UNIT}/{number}", json=action) as answer:
        assert (answer.status, why in (await answer.json())["error"]) == (409, True)
    assert await caller.control("GET", "payments") == known


async def test_a_discount_belongs_to_one_instalment(caller: Any) -> None:
    numbers = [await keyed(caller) for _ in range(2)]
    await caller.control("POST", "payments/together", {"vouchers": [[UNIT, each] for each in numbers]})
    again = {"action": "reissue", "discount": "1.00"}
    async with caller.session.post(
        f"{caller.url}/control/payments/{UNIT}/{numbers[0]}", json=again
    ) as answer:
        assert (answer.status, "carries several" in (await answer.json())["error"]) == (409, True)
    assert {row["A.PYMNT_ID"] for each in numbers for row in await rows(caller, each)} == {"0000000001"}


async def test_no_voucher_and_no_such_act_are_refused(caller: Any) -> None:
    for path, body, status in (
        (f"{UNIT}/99999999", {"action": "pay"}, 409),
        (f"{UNIT}/99999999", {"action": "give_away"}, 400),
        (f"{UNIT}/99999999", {"action": "pay", "node": "NOWHERE"}, 404),
        ("together", {"vouchers": []}, 409),
    ):
        async with caller.session.post(f"{caller.url}/control/payments/{path}", json=body) as answer:
            assert answer.status == status


async def test_terms_with_instalments_and_a_split_that_rounds(caller: Any) -> None:
    await caller.control(
        "POST", "payment-terms", {"payment_terms": [{"code": "3X", "net_days": 10, "instalments": 3}]}
    )
    number = await keyed(
        caller, "100.00", PYMNT_TERMS_CD="3X", INVOICE_DT="2026-03-01", ACCOUNTING_DT="2026-03-02"
    )
    found = await rows(caller, number)
    assert [(row["A.PYMNT_GROSS_AMT"], row["A.DUE_DT"]) for row in found] == [
        (33.33, "2026-03-11"),
        (33.33, "2026-04-10"),
        (33.34, "2026-05-10"),
    ]


async def test_a_voucher_gets_its_schedule_when_it_becomes_payable(caller: Any) -> None:
    await caller.control("POST", f"settings/{caller.site.node}", {"duplicate_action": "recycle"})
    first = (await caller.create()).text("VOUCHER_ID")
    second = (await caller.create()).text("VOUCHER_ID")
    assert [len(await rows(caller, each)) for each in (first, second)] == [1, 0]
    await caller.control("POST", f"vouchers/{UNIT}/{second}", {"action": "make_postable"})
    change = {"action": "change", "values": {"GROSS_AMT": "77.00"}}
    await caller.control("POST", f"vouchers/{UNIT}/{second}", change)
    assert [row["A.PYMNT_GROSS_AMT"] for row in await rows(caller, second)] == [77.0]


async def test_a_component_shows_the_first_scheduled_payment_that_stands(caller: Any) -> None:
    number = await keyed(caller)
    await act(caller, number, "pay", payment_id="0000004711")
    await act(caller, number, "void", form="new_row", cancel_action="H")
    read = await caller.call("get", {"BUSINESS_UNIT": UNIT, "VOUCHER_ID": number})
    names = ("PYMNT_SELCT_STATUS", "PYMNT_HOLD", "PYMNT_HOLD_REASON", "POST_STATUS_AP", "BUDGET_HDR_STATUS")
    assert [read.text(name) for name in names] == ["N", "Y", "OTH", "P", "N"]


@pytest.mark.parametrize(
    ("order", "column", "letter"),
    [
        ({"action": "match_exception"}, "A.MATCH_STATUS_VCHR", "E"),
        ({"action": "budget_error"}, "A.BUDGET_HDR_STATUS", "E"),
        ({"action": "deny"}, "A.APPR_STATUS", "D"),
        ({"action": "recycle"}, "A.ENTRY_STATUS", "R"),
        ({"action": "delete"}, "A.ENTRY_STATUS", "X"),
        ({"action": "close"}, "A.CLOSE_STATUS", "C"),
        ({"action": "post"}, "A.POST_STATUS_AP", "P"),
        ({"action": "set_status", "budget_status": "?"}, "A.BUDGET_HDR_STATUS", "?"),
    ],
)
async def test_a_pay_cycle_pays_what_is_due_and_may_be_paid(
    caller: Any, order: dict[str, Any], column: str, letter: str
) -> None:
    due = {"INVOICE_DT": "2026-03-01", "PYMNT_TERMS_CD": "00"}
    free, stuck, held, _later = [
        await keyed(caller, **due, SCHEDULED_PAY_DT=day)
        for day in ("2026-03-02", "2026-03-02", "2026-03-02", "2026-04-02")
    ]
    await caller.control("POST", f"vouchers/{UNIT}/{stuck}", order)
    await act(caller, held, "hold")
    cycle = {"up_to": "2026-03-31", "day": "2026-04-01"}
    made = (await caller.control("POST", "payments/cycle", cycle))["payments"]
    (voucher,) = await caller.query("APS_VOUCHERS", BUSINESS_UNIT=UNIT, AFTER=free, UP_TO=stuck)
    assert voucher[column] == letter
    paid = {
        each["VOUCHER_ID"]
        for each in (await caller.control("GET", "payments"))["vouchers"]
        if each["payments"]
    }
    assert paid == {free} | ({stuck} if letter in ("P", "?") else set())
    assert {each["PYMNT_DT"] for each in made} == {"2026-04-01"}
    assert (await caller.control("POST", "payments/cycle", cycle))["payments"] == []


async def test_a_pay_cycle_by_supplier_sets_credit_notes_off(caller: Any) -> None:
    for amount in ("100.00", "-30.00"):
        await keyed(caller, amount, PYMNT_TERMS_CD="00", INVOICE_DT="2026-03-01")
    await keyed(caller, "-5.00", PYMNT_TERMS_CD="00", INVOICE_DT="2026-03-01", VENDOR_ID="0000430100")
    made = (await caller.control("POST", "payments/cycle", {"by": "supplier"}))["payments"]
    assert [(each["PYMNT_AMT"], each["NETTED"]) for each in made] == [("70.00", "Y")]


async def test_the_books_come_page_by_page(caller: Any) -> None:
    await caller.control(
        "POST", "payments/generate", {"count": 7, "business_unit": "EU001", "currency": "EUR"}
    )
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = await caller.control("GET", f"payments?limit=3&after={after}")
        seen += [each["VOUCHER_ID"] for each in page["vouchers"]]
        after = page["next"]
    assert seen == [f"{10_000_000 + n}" for n in range(7)]


async def test_vouchers_are_invented_and_changed_the_same_for_the_same_seed(caller: Any) -> None:
    order = {"count": 200, "seed": 5, "entered_at": "2026-03-01T00:00:00Z"}
    assert (await caller.control("POST", "payments/generate", order))["last"] == "10000199"
    change = {"share": 0.1, "seed": 3, "what": "mixed"}
    changed = (await caller.control("POST", "payments/change_some", change))["changed"]
    pages = (await caller.control("GET", "payments"))["vouchers"]
    touched = {
        each["VOUCHER_ID"]
        for each in pages
        if any(row["LAST_UPDATE_DT"] > "2026-03-02" for row in each["schedule"])
    }
    assert {each["voucher"].split("/")[1] for each in changed} == touched
    assert 10 < len(touched) <= 20
    await caller.control("POST", "payments/generate", order)
    assert (await caller.control("POST", "payments/change_some", change))["changed"] == changed


async def test_payments_outlive_the_process(caller_class: type[Any], tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        pages: list[Any] = []
        for _ in range(2):
            async with simulator(books=tmp_path / "books") as url:
                caller = caller_class(url=url, session=session)
                if not pages:
                    await caller.control("POST", "payments/generate", {"count": 5})
                    await act(caller, "10000001", "pay", amount="1.00", reference="CHK-9")
                    await act(caller, "10000001", "void", form="new_row")
                pages.append(await caller.control("GET", "payments"))
        assert pages[0] == pages[1]
        assert len(pages[0]["vouchers"]) == 5


async def test_books_of_an_earlier_build_go_on(tmp_path: Path) -> None:
    Books(tmp_path).close()
    database = sqlite3.connect(tmp_path / "books.sqlite")
    database.executescript(
        "DROP INDEX vouchers_by_change; ALTER TABLE vouchers DROP COLUMN last_update;"
        " DROP TABLE schedule; DROP TABLE payments;"
        "INSERT INTO vouchers VALUES ('N', 'US001', '00000001', 'I', '2026-01-01', 'SHARE', 'V', 'P', '2026-01-01',"
        """ 'A', 1, '{"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000001"}')"""
    )
    database.close()
    books = Books(tmp_path)
    found = books.voucher("N", "US001", "00000001")
    books.close()
    assert found is not None
    assert found.last_update == ""
