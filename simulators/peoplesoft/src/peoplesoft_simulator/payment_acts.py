"""Which act of the control API does what to the payments of a voucher."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peoplesoft_simulator.payment_bodies import PaymentAct, PaymentActName
from peoplesoft_simulator.payment_file import Keys, PaymentFile
from peoplesoft_simulator.schedule_acts import ScheduleActs
from peoplesoft_simulator.treasury import Treasury


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An act and what it works on."""

    body: PaymentAct
    keys: Keys
    file: PaymentFile
    treasury: Treasury

    @property
    def on_schedule(self) -> ScheduleActs:
        """For acts on scheduled payments."""
        return ScheduleActs(self.file, self.keys, number=self.body.number)


def carry_out(ordered: Ordered) -> None:
    """One act.

    Raises:
        PaymentRefused: it cannot be done as things stand.
    """
    _ACTS[ordered.body.action](ordered)


def _pay(it: Ordered) -> object:
    return it.treasury.pay(it.keys, it.body.how_paid(), number=it.body.number)


def _record(it: Ordered) -> object:
    return it.treasury.record(it.keys, it.body.how_paid(), number=it.body.number)


def _take_back(it: Ordered) -> object:
    return it.treasury.take_back(it.keys, it.body.how_cancelled(), payment_id=it.body.payment_id)


_ACTS: Mapping[PaymentActName, Callable[[Ordered], object]] = {
    "schedule": lambda it: it.on_schedule.schedule(day=it.body.day, method=it.body.method),
    "split": lambda it: it.on_schedule.split(amounts=it.body.amounts, parts=it.body.parts),
    "select": lambda it: it.on_schedule.select(it.body.selection),
    "hold": lambda it: it.on_schedule.hold(it.body.reason),
    "release": lambda it: it.on_schedule.release(),
    "prepay": lambda it: it.on_schedule.prepay(it.body.amount),
    "cancel": lambda it: it.on_schedule.cancel(),
    "reopen": lambda it: it.on_schedule.reopen(),
    "mark": lambda it: it.on_schedule.mark(it.body.codes),
    "touch": lambda it: it.on_schedule.touch(),
    "pay": _pay,
    "record": _record,
    "void": _take_back,
    "stop": _take_back,
    "reissue": lambda it: it.treasury.reissue(it.keys, it.body.how_paid(), it.body.how_cancelled()),
    "escheat": lambda it: it.treasury.escheat(it.keys, payment_id=it.body.payment_id),
    "undo_escheat": lambda it: it.treasury.undo_escheat(it.keys, payment_id=it.body.payment_id),
}
