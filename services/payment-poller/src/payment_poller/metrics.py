"""What the payment poller counts, and what a scrape shows of the vouchers it watches."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from ap_domain.payments import ExceptionKind, PaymentStanding
from ap_domain.reconciliation import DifferenceKind
from chassis import metrics
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from payment_poller.book import VoucherBook, Watching
from payment_poller.differences import Differences

__all__ = ["PUBLISHED", "VoucherPicture"]

PUBLISHED = metrics.counter(
    "payments_pictures_published", "Pictures of payments that changed and were published.", ("connection",)
)
WATCHED = metrics.computed(
    "payments_vouchers_watched", "Vouchers of ours that stand for an invoice.", ("connection",)
)
STANDING = metrics.computed(
    "payments_vouchers",
    "Watched vouchers by the standing of their payment as last published; not_read: none was published yet.",
    ("connection", "standing"),
)
SETTLED = metrics.computed(
    "payments_vouchers_settled",
    "Watched vouchers whose every instalment has come to its end.",
    ("connection",),
)
SHARED = metrics.computed(
    "payments_vouchers_shared",
    "Vouchers that stand for more than one invoice: only one of them learns of payments. Alert on any.",
    ("connection",),
)
EXCEPTIONS = metrics.computed(
    "payments_exceptions",
    "Watched vouchers that will not be paid unless somebody acts in PeopleSoft, by reason: "
    "`apstream payments exceptions` lists them.",
    ("connection", "kind"),
)
OLDEST = metrics.computed(
    "payments_exception_oldest_seconds",
    "How long ago the oldest exception of a kind was first seen; 0 without one.",
    ("connection", "kind"),
)
DIFFERENCES = metrics.computed(
    "reconciliation_differences",
    "Invoices on which the systems did not agree at the last scheduled reconciliation, by kind; those that are not "
    "explained need somebody: `apstream reconcile` lists them.",
    ("connection", "kind", "explained"),
)
RECONCILED_AGE = metrics.computed(
    "reconciliation_age_seconds", "How long ago the last scheduled reconciliation was made.", ("connection",)
)

NOT_READ = "not_read"


class VoucherPicture(Collector):
    """Computed at each scrape from what this process owns."""

    def __init__(self, book: VoucherBook, differences: Differences, *, now: Callable[[], datetime]) -> None:
        self._book = book
        self._differences = differences
        self._now = now

    def describe(self) -> Iterable[Metric]:
        """Nothing: the registry need not look to know the names."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The values of this moment."""
        known = list(self._book.connections())
        yield WATCHED.of(((name,), float(len(watching.owners))) for name, watching in known)
        yield SHARED.of(((name,), float(len(watching.shared))) for name, watching in known)
        standings = {name: _standings(watching) for name, watching in known}
        yield STANDING.of(
            ((name, standing), float(count[standing]))
            for name, count in standings.items()
            for standing in (*PaymentStanding, NOT_READ)
        )
        yield SETTLED.of(((name,), float(_settled(watching))) for name, watching in known)
        since = {name: _since(watching) for name, watching in known}
        yield EXCEPTIONS.of(
            ((name, kind), float(len(found[kind]))) for name, found in since.items() for kind in ExceptionKind
        )
        now = self._now()
        yield OLDEST.of(
            ((name, kind), (now - min(found[kind], default=now)).total_seconds())
            for name, found in since.items()
            for kind in ExceptionKind
        )
        counted = list(self._differences.connections())
        yield DIFFERENCES.of(
            ((name, kind, "yes" if explained else "no"), float(each.numbers[kind, explained]))
            for name, each in counted
            for kind in DifferenceKind
            for explained in (True, False)
        )
        yield RECONCILED_AGE.of(((name,), (now - each.run_at).total_seconds()) for name, each in counted)


def _standings(watching: Watching) -> Counter[str]:
    return Counter(
        seen.standing.value if (seen := watching.seen.get(voucher)) is not None else NOT_READ
        for voucher in watching.owners
    )


def _settled(watching: Watching) -> int:
    return sum(
        seen is not None and seen.settled_at is not None for seen in map(watching.seen.get, watching.owners)
    )


def _since(watching: Watching) -> defaultdict[ExceptionKind, list[datetime]]:
    found: defaultdict[ExceptionKind, list[datetime]] = defaultdict(list)
    for voucher in watching.owners:
        seen = watching.seen.get(voucher)
        for kind, since in seen.exceptions if seen is not None else ():
            found[kind].append(since)
    return found
