"""Ways of a payment after it was paid: taken back, issued again, or never cashed."""

from .conftest import PAID, PAYMENT, VOID
from .status_path import Path, Standing, State, split

TAKEN_BACK = {
    "void, still to be processed": Path(
        rows=(PAID | VOID | {"CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, to be re-opened on hold": Path(
        rows=(PAID | VOID | {"CANCEL_ACTION": "H"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="",
        day="2026-06-18",
    ),
    "void, re-opened in the row": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, re-opened in the row on hold": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "H", "PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "OTH"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="OTH",
        day="2026-06-18",
    ),
    "void, the hold released again": Path(
        rows=(PAYMENT | VOID | {"CANCEL_ACTION": "H"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, re-opened in a new row": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"}, {"PYMNT_CNT": "2"}),
        states=(State.CANCELLED, State.SCHEDULED),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, the new row not there yet": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "void, the new row on hold not there yet": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "H"},),
        states=(State.ON_HOLD,),
        standing=Standing.REOPENED,
        held="",
        day="2026-06-18",
    ),
    "void, liability closed": Path(
        rows=(PAID | VOID | {"PYMNT_SELCT_STATUS": "C", "CANCEL_ACTION": "C"},),
        states=(State.CANCELLED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-18",
    ),
    "stopped": Path(
        rows=(PAID | VOID | {"PYMNT_STATUS": "S", "CANCEL_ACTION": "R"},),
        states=(State.REOPENED,),
        standing=Standing.REOPENED,
        day="2026-06-18",
    ),
    "reissued in the row": Path(
        rows=(PAID | {"PYMNT_ID": "0000001003", "PYMNT_DT": "2026-06-19"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-19",
    ),
    "reissued in a new row": Path(
        rows=(
            PAID | VOID | {"PYMNT_SELCT_STATUS": "X", "CANCEL_ACTION": "R"},
            PAID | {"PYMNT_CNT": "2", "PYMNT_ID": "0000001003", "PYMNT_DT": "2026-06-19"},
        ),
        states=(State.CANCELLED, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-19",
    ),
    "escheated": Path(
        rows=(PAID | {"PYMNT_ACTION": "W", "PYMNT_STATUS": "W", "CANCEL_ACTION": "W"},),
        states=(State.ESCHEATED,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "escheatment undone": Path(
        rows=(PAID | {"PYMNT_STATUS": "T"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "stale": Path(
        rows=(PAID | {"PYMNT_STATUS": "L", "CANCEL_ACTION": "S"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "one voided, one stands": Path(
        rows=split(
            PAYMENT | VOID | {"CANCEL_ACTION": "R"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002"},
        ),
        states=(State.REOPENED, State.PAID),
        standing=Standing.PARTIALLY_PAID,
        paid="40",
        day="2026-06-15",
    ),
}
