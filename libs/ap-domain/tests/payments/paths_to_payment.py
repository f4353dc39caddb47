"""Ways of a payment until it is paid or ended unpaid."""

from .conftest import PAID, PAYMENT
from .status_path import Path, Standing, State, split

CREDIT = {"PYMNT_GROSS_AMT": "-30.00"}
PAYING = {
    "scheduled": Path(rows=({},), states=(State.SCHEDULED,), standing=Standing.SCHEDULED),
    "not scheduled": Path(rows=(), states=(), standing=Standing.NOT_SCHEDULED),
    "requested": Path(
        rows=({"PYMNT_SELCT_STATUS": "R"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "in process": Path(
        rows=({"PYMNT_SELCT_STATUS": "I"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "settlement": Path(
        rows=({"PYMNT_SELCT_STATUS": "S"},), states=(State.SELECTED,), standing=Standing.SELECTED
    ),
    "selected while held": Path(
        rows=({"PYMNT_SELCT_STATUS": "R", "PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "QTY"},),
        states=(State.SELECTED,),
        standing=Standing.ON_HOLD,
        held="QTY",
    ),
    "negative sum": Path(
        rows=({"PYMNT_SELCT_STATUS": "D"},), states=(State.SCHEDULED,), standing=Standing.SCHEDULED
    ),
    "sanctions": Path(
        rows=({"PYMNT_SELCT_STATUS": "O"},), states=(State.UNDER_REVIEW,), standing=Standing.SCHEDULED
    ),
    "convert error": Path(
        rows=({"PYMNT_SELCT_STATUS": "V"},), states=(State.FAILED,), standing=Standing.SCHEDULED
    ),
    "paid": Path(
        rows=(PAID,),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid, hold never released": Path(
        rows=(PAID | {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "instalments, one paid": Path(
        rows=split(PAID | {"PAID_AMT": "60.00", "PYMNT_GROSS_AMT": "60.00"}, {}),
        states=(State.PAID, State.SCHEDULED),
        standing=Standing.PARTIALLY_PAID,
        paid="60",
        day="2026-06-15",
    ),
    "instalments, the rest on hold": Path(
        rows=split(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "GDS"}),
        states=(State.PAID, State.ON_HOLD),
        standing=Standing.PARTIALLY_PAID,
        paid="60",
        held="GDS",
        day="2026-06-15",
    ),
    "instalments, both paid": Path(
        rows=split(
            PAID | {"PAID_AMT": "60.00"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002", "PYMNT_DT": "2026-07-15"},
        ),
        states=(State.PAID, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-07-15",
    ),
    "instalments, one paid and one cancelled": Path(
        rows=split(PAID | {"PAID_AMT": "60.00"}, {"PYMNT_SELCT_STATUS": "X", "PYMNT_ACTION": "X"}),
        states=(State.PAID, State.CANCELLED),
        standing=Standing.PAID,
        paid="60",
        settled=True,
        day="2026-06-15",
    ),
    "cash discount": Path(
        rows=(PAID | {"PAID_AMT": "98.00", "PAID_AMT_DSCNT": "2.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="98",
        settled=True,
        discount="2",
        day="2026-06-15",
    ),
    "withholding": Path(
        rows=(PAID | {"PAID_AMT": "85.00", "WTHD_AMT": "15.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="85",
        settled=True,
        withheld="15",
        day="2026-06-15",
    ),
    "on hold": Path(
        rows=({"PYMNT_HOLD": "Y", "PYMNT_HOLD_REASON": "AMT"},),
        states=(State.ON_HOLD,),
        standing=Standing.ON_HOLD,
        held="AMT",
    ),
    "cancelled": Path(
        rows=({"PYMNT_SELCT_STATUS": "X", "PYMNT_ACTION": "X"},),
        states=(State.CANCELLED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
    ),
    "prepaid": Path(
        rows=({"PYMNT_SELCT_STATUS": "Y", "PYMNT_ACTION": "P"},),
        states=(State.PREPAID,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
    ),
    "prepayment applied to a paid one": Path(
        rows=(PAID | {"PYMNT_ACTION": "P"},),
        states=(State.PREPAID,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
    ),
    "zero": Path(
        rows=(PAID | {"PYMNT_GROSS_AMT": "0", "PAID_AMT": "0"},),
        states=(State.ZERO,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
        voucher={"GROSS_AMT": "0"},
    ),
    "netted by credit notes": Path(
        rows=(PAID | {"PAID_AMT": "0", "NETTED": "Y"},),
        states=(State.NETTED,),
        standing=Standing.CLOSED_UNPAID,
        settled=True,
        day="2026-06-15",
    ),
    "a payment less a credit note": Path(
        rows=(PAID | {"NETTED": "Y"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "credit note": Path(
        rows=(PAID | CREDIT | {"PAID_AMT": "-30.00", "NETTED": "Y"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="-30",
        settled=True,
        day="2026-06-15",
        voucher={"GROSS_AMT": "-30.00"},
    ),
    "other payment currency": Path(
        rows=(PAID | {"CURRENCY_PYMNT": "USD", "PAID_AMT": "107.80", "PAID_AMT_DSCNT": "2.20"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "back-dated beside a later payment": Path(
        rows=split(
            PAID | {"PAID_AMT": "60.00"},
            PAID | {"PAID_AMT": "40.00", "PYMNT_ID": "0000001002", "PYMNT_DT": "2026-05-02"},
        ),
        states=(State.PAID, State.PAID),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid outside": Path(
        rows=(
            PAYMENT
            | {"PYMNT_SELCT_STATUS": "E", "PYMNT_ACTION": "R", "PYMNT_TYPE": "M", "PAID_AMT": "100.00"},
        ),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
        day="2026-06-15",
    ),
    "paid outside without a payment": Path(
        rows=({"PYMNT_SELCT_STATUS": "E", "PYMNT_ACTION": "R", "PAID_AMT": "100.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="100",
        settled=True,
    ),
    "less than the gross": Path(
        rows=(PAID | {"PAID_AMT": "1.00"},),
        states=(State.PAID,),
        standing=Standing.PAID,
        paid="1",
        settled=True,
        day="2026-06-15",
    ),
    "all of it, yet not ended": Path(
        rows=split(PAID | {"PAID_AMT": "100.00"}, {}),
        states=(State.PAID, State.SCHEDULED),
        standing=Standing.PARTIALLY_PAID,
        paid="100",
        day="2026-06-15",
    ),
}
