"""Faults on order: what goes wrong with which calls, how many times."""

import json
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ConfigDict

from .answers import Answer, Delivery


class FaultKind(StrEnum):
    """What can go wrong with a call."""

    STATUS = "status"
    DELAY = "delay_seconds"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    WRONG_DOCUMENT = "wrong_document"
    OVERSIZED = "oversized"
    EXPIRED_LOGIN = "expired_token"
    OTHER_CONSUMER = "other_consumer"


# These spoil a document's text, so where documents are redirected they wait for the second origin.
CONTENT_KINDS = frozenset({FaultKind.TRUNCATED, FaultKind.WRONG_DOCUMENT, FaultKind.OVERSIZED})

_EFFECT_COMES_FIRST = CONTENT_KINDS | {FaultKind.DROP_AFTER, FaultKind.EMPTY}
_SIGN_ON_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"

_CANNED = {
    FaultKind.HTML: Answer(status=200, body=_SIGN_ON_PAGE, content_type="text/html"),
    FaultKind.EMPTY: Answer(status=200),
    FaultKind.DROP_BEFORE: Answer(status=200, delivery=Delivery.NOTHING),
    FaultKind.DROP_AFTER: Answer(status=200, delivery=Delivery.NOTHING),
}


class Operation(StrEnum):
    """The calls a fault can be ordered for."""

    LOGIN = "token"
    LIST_DOCUMENTS = "list_documents"
    GET_DOCUMENT = "get_document"
    DOCUMENT_CONTENT = "document_content"
    ACKNOWLEDGE = "acknowledge"
    TRANSFER_RESPONSES = "transferResponses"
    PAYMENT_RESPONSES = "paymentResponses"
    REQUEST_STATUS = "requestStatus"
    REQUEST_STATUS_ACKNOWLEDGE = "requestStatus_acknowledge"
    SUBSCRIPTIONS = "subscriptions"
    IMPORT_PAYMENT_TERMS = "import_paymentTerms"
    IMPORT_TAX_CODES = "import_taxCodes"
    IMPORT_ACCOUNTS = "import_accounts"
    IMPORT_COST_CENTERS = "import_costCenters"
    IMPORT_PROJECTS = "import_projects"
    IMPORT_EXCHANGE_RATES = "import_exchangeRates"
    IMPORT_VENDORS = "import_vendors"
    IMPORT_LISTS = "import_lists"
    LIST_PAYMENT_TERMS = "list_paymentTerms"
    LIST_TAX_CODES = "list_taxCodes"
    LIST_ACCOUNTS = "list_accounts"
    LIST_COST_CENTERS = "list_costCenters"
    LIST_PROJECTS = "list_projects"
    LIST_EXCHANGE_RATES = "list_exchangeRates"
    LIST_VENDORS = "list_vendors"
    LIST_LISTS = "list_lists"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultParams:
    """The particulars of a fault.

    Args:
        status, body, headers: the answer of kind ``status``; a body that is no string is sent as JSON.
        seconds: real seconds of kind ``delay_seconds``.
        processed: whether the call takes effect all the same; None means what is usual for the kind.
        bytes: size of kind ``oversized``.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    status: int = 503
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1
    processed: bool | None = None
    bytes: int = 12_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One order. `times` None means until it is deleted; tenant and document narrow it down."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    operation: Operation
    kind: FaultKind
    times: int | None = 1
    params: FaultParams = field(default_factory=FaultParams)
    tenant: str | None = None
    document_id: str | None = None

    @property
    def after_effect(self) -> bool:
        """Whether the call takes effect before the fault shows."""
        if self.params.processed is not None:
            return self.params.processed
        return self.kind in _EFFECT_COMES_FIRST

    def answer(self, proper: Answer | None) -> Answer:
        """The spoilt answer; `proper` is what would have been said, None where the call was not processed."""
        params = self.params
        if self.kind in _CANNED:
            return _CANNED[self.kind]
        match self.kind:
            case FaultKind.STATUS:
                text = params.body if isinstance(params.body, str) else json.dumps(params.body)
                body = b"" if params.body is None else text.encode()
                return Answer(status=params.status, body=body, headers=params.headers)
            case FaultKind.TRUNCATED:
                return replace(proper or Answer(status=200, body=b'{"cut": '), delivery=Delivery.HALF)
            case FaultKind.OVERSIZED:
                answer = proper or Answer(status=200, body=b"{}")
                return replace(answer, body=answer.body.ljust(params.bytes))
            case _:
                return proper or Answer(status=500)


class FaultPlan:
    """The orders that are still open, oldest first. They live as long as the process."""

    def __init__(self) -> None:
        self._open: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Add an order behind the others."""
        self._open.append(fault)

    def clear(self, tenant: str | None = None) -> None:
        """Forget every order, or those of one tenant."""
        self._open = [fault for fault in self._open if tenant not in (None, fault.tenant)]

    def open_orders(self) -> tuple[Fault, ...]:
        """What is still to come."""
        return tuple(self._open)

    def take(
        self,
        *,
        operations: frozenset[Operation],
        tenant: str | None,
        document_id: str | None,
        except_kinds: frozenset[FaultKind] = frozenset(),
        only_kinds: frozenset[FaultKind] = frozenset(FaultKind),
    ) -> Fault | None:
        """Find the first order that fits the call, and use it up once."""
        for index, fault in enumerate(self._open):
            if (
                fault.operation in operations
                and fault.kind in only_kinds - except_kinds
                and fault.tenant in (None, tenant)
                and fault.document_id in (None, document_id)
            ):
                if fault.times is not None and fault.times <= 1:
                    del self._open[index]
                elif fault.times is not None:
                    self._open[index] = replace(fault, times=fault.times - 1)
                return fault
        return None
