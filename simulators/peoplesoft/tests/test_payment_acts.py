"""Whatever is done to payments in whatever order, the amounts add up and the summary agrees with the rows."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from peoplesoft_simulator.books import Books
from peoplesoft_simulator.clock import database_time
from peoplesoft_simulator.control_json import Json
from peoplesoft_simulator.dataset import starting_data
from peoplesoft_simulator.invented_vouchers import VoucherGeneration
from peoplesoft_simulator.pay_cycle import run_pay_cycle
from peoplesoft_simulator.payment_acts import Ordered, carry_out
from peoplesoft_simulator.payment_bodies import PayCycle, PaymentAct
from peoplesoft_simulator.payment_file import Keys, PaymentFile, PaymentRefused
from peoplesoft_simulator.payment_view import summary
from peoplesoft_simulator.query import Ask, QueryRow, Tables
from peoplesoft_simulator.row import ZERO
from peoplesoft_simulator.treasury import HowPaid, Treasury
from peoplesoft_simulator.voucher_queries import voucher_payments

NODE, UNIT = "N", "US001"
DATA = starting_data(seed=1)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
KEYS = [(UNIT, f"{number:08d}") for number in (1, 2, 3)]
AMOUNTS = [Decimal("100.00"), Decimal("80.00"), Decimal("-80.00")]
PARTS = st.sampled_from([None, Decimal("0.01"), Decimal("33.33"), Decimal("80.00"), Decimal("-40.00")])
NUMBERS = st.none() | st.integers(1, 4)
FORMS = st.sampled_from(["row", "new_row"])
CANCELS = st.sampled_from(["R", "H", "C"])
STATUSES = st.sampled_from(["V", "S", None])


class Payments(RuleBasedStateMachine):
    """Three vouchers, one of them a credit note as large as another."""

    @initialize()
    def open_books(self) -> None:
        self.directory = TemporaryDirectory()
        self.books = Books(Path(self.directory.name))
        self.times = (BEGIN + timedelta(minutes=minute) for minute in itertools.count(1))
        generation = VoucherGeneration(
            count=3, node=NODE, business_unit=UNIT, first_voucher=1, entered_at=BEGIN
        )
        with self.books.transaction():
            for index, amount in enumerate(AMOUNTS):
                voucher, (row, *_) = generation.invented(index, now=BEGIN, data=DATA)
                header = voucher.having(GROSS_AMT=f"{amount:f}", PYMNT_HOLD="N")
                self.books.save(header)
                self.books.payments.put([replace(row, gross=amount, hold="N", hold_reason="")])

    def teardown(self) -> None:
        if hasattr(self, "books"):
            self.books.close()
            self.directory.cleanup()

    def desk(self) -> tuple[PaymentFile, Treasury]:
        self.now = next(self.times)
        stamp = database_time(self.now)
        file = PaymentFile(books=self.books, node=NODE, today=BEGIN.date(), stamp=stamp, decimals={})
        return file, Treasury(file, form="row")

    def do(self, keys: Keys, **body: Any) -> None:
        """An act, which may be refused and then leaves no trace."""
        file, treasury = self.desk()
        before = self.rows()
        try:
            with self.books.transaction():
                carry_out(Ordered(body=PaymentAct(**body), keys=keys, file=file, treasury=treasury))
        except PaymentRefused:
            assert self.rows() == before
        else:
            self.changes_are_found(before, since=self.now)

    def rows(self, **ask: Any) -> list[QueryRow]:
        tables = Tables(node=NODE, reference=DATA, books=self.books.reader)
        return list(voucher_payments(tables, Ask(setid=UNIT, today=BEGIN.date(), **ask)))

    def changes_are_found(self, before: list[QueryRow], *, since: datetime) -> None:
        """What differs from before is among what the prompt for changes brings, whole vouchers at a time."""
        after, found = self.rows(), self.rows(since=since)
        ids = {row["A.VOUCHER_ID"] for row in found}
        assert found == [row for row in after if row["A.VOUCHER_ID"] in ids]
        assert {row["A.VOUCHER_ID"] for row in after if row not in before} == ids

    @rule(
        keys=st.sampled_from(KEYS),
        action=st.sampled_from(["pay", "record", "prepay"]),
        part=st.fixed_dictionaries({"amount": PARTS, "number": NUMBERS}),
        currency=st.sampled_from([None, "EUR"]),
        less=st.sampled_from([ZERO, Decimal("0.01"), Decimal("3.50")]),
    )
    def pay(self, keys: Keys, action: str, part: dict[str, Any], currency: str | None, less: Decimal) -> None:
        money = {"currency": currency, "rate": Decimal("0.91") if currency else Decimal(1)}
        signed = less.copy_sign(AMOUNTS[KEYS.index(keys)])
        self.do(keys, action=action, **part, **money, discount=signed, withheld=signed)

    @rule(
        keys=st.sampled_from(KEYS),
        action=st.sampled_from(["void", "reissue"]),
        form=FORMS,
        cancel=CANCELS,
        status=STATUSES,
    )
    def take_back(self, keys: Keys, action: str, form: str, cancel: str, status: str | None) -> None:
        self.do(keys, action=action, form=form, cancel_action=cancel, status=status)

    @rule(
        keys=st.sampled_from(KEYS),
        number=NUMBERS,
        action=st.sampled_from(
            ["split", "select", "hold", "release", "cancel", "reopen", "escheat", "undo_escheat", "touch"]
        ),
    )
    def others(self, keys: Keys, number: int | None, action: str) -> None:
        self.do(keys, action=action, number=number)

    @rule(vouchers=st.lists(st.sampled_from(KEYS), unique=True))
    def together(self, vouchers: list[Keys]) -> None:
        _, treasury = self.desk()
        before = self.rows()
        try:
            with self.books.transaction():
                treasury.pay_together(vouchers, HowPaid())
        except PaymentRefused:
            assert self.rows() == before

    @rule(by=st.sampled_from(["voucher", "supplier"]))
    def cycle(self, by: Any) -> None:
        file, treasury = self.desk()
        held = self.fates("held")
        with self.books.transaction():
            run_pay_cycle(PayCycle(by=by, up_to=date(2027, 1, 1)), file=file, treasury=treasury)
        assert self.fates("held") == held

    def fates(self, name: str) -> list[Any]:
        return [page[name] for page in self.summaries()]

    def summaries(self) -> Iterator[Json]:
        for keys in KEYS:
            yield summary(self.books.payments.schedule(NODE, *keys), currency="USD")

    @invariant()
    def amounts_add_up(self) -> None:
        for amount, page in zip(AMOUNTS, self.summaries(), strict=True):
            parts = ("paid", "discount", "withheld", "open", "prepaid", "netted", "cancelled")
            assert sum(Decimal(page[name]) for name in parts) == Decimal(page["gross"]) == amount
            settled = sum(Decimal(page[name]) for name in ("paid", "discount", "withheld"))
            assert settled == Decimal(page["paid_gross"])

    @invariant()
    def the_summary_agrees_with_the_rows(self) -> None:
        rows = self.rows()
        for keys, page in zip(KEYS, self.summaries(), strict=True):
            own = [row for row in rows if row["A.VOUCHER_ID"] == keys[1]]
            paid = [row for row in own if row["A.PYMNT_SELCT_STATUS"] in ("P", "E")]
            if not page["other_currency"]:
                assert _sum(paid, "A.PAID_AMT") == Decimal(page["paid"])
            open_ones = [row for row in own if row["A.PYMNT_SELCT_STATUS"] in ("N", "R")]
            assert _sum(open_ones, "A.PYMNT_GROSS_AMT") == Decimal(page["open"])
            assert page["held"] == any(row["A.PYMNT_HOLD"] == "Y" for row in open_ones)
            assert page["ended"] == (not open_ones)
            assert all(row["B.PYMNT_STATUS"] in ("P", "W", "T") for row in paid)

    @invariant()
    def payments_are_what_they_carry(self) -> None:
        for keys in KEYS:
            for row in self.books.payments.schedule(NODE, *keys):
                payment = self.books.payments.payment(NODE, row.bank, row.payment_id)
                assert (payment is None) == (not row.payment_id)
                if payment is not None and payment.status in ("P", "W", "T"):
                    carried = self.books.payments.on_payment(payment)
                    assert sum(each.paid for each in carried) == payment.amount


def _sum(rows: list[QueryRow], name: str) -> Decimal:
    return sum((Decimal(str(row[name])) for row in rows), Decimal(0))


TestPayments = Payments.TestCase
TestPayments.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
