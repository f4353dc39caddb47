"""Who is writing to which document at this moment: the vendor forbids two calls at once on one invoice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .faults import Operation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Running:
    operation: Operation
    caller_is_there: Callable[[], bool]


class ConcurrencyWatch:
    """Counts writes in flight per document. A call whose caller has hung up no longer counts against it."""

    def __init__(self, on_overlap: Callable[[str, str, str], None]) -> None:
        """`on_overlap(tenant, invoice_id, detail)` is told of each call that arrives while another runs."""
        self._on_overlap = on_overlap
        self._running: dict[tuple[str, str], list[_Running]] = {}

    @contextmanager
    def write(
        self, *, tenant: str, invoice_id: str, operation: Operation, caller_is_there: Callable[[], bool]
    ) -> Iterator[None]:
        """Mark a write as in flight."""
        key = (tenant, invoice_id)
        running = self._running.setdefault(key, [])
        others = [call.operation.value for call in running if call.caller_is_there()]
        if others:
            detail = f"{operation.value} arrived while {', '.join(others)} was not yet answered"
            self._on_overlap(tenant, invoice_id, detail)
        this = _Running(operation=operation, caller_is_there=caller_is_there)
        running.append(this)
        try:
            yield
        finally:
            running.remove(this)
            if not running:
                self._running.pop(key, None)
