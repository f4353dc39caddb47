"""How one simulated tenant behaves. Where Basware's way is unknown, the default says it is an assumption."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import ConfigDict

from .import_settings import ImportSettings
from .item_outcomes import Category
from .response_settings import PaymentSettings, RepeatedResponse


class SignatureEncoding(StrEnum):
    """How the 32 bytes of a webhook's signature are written; which one Basware uses is not published."""

    HEX = "hex"
    PREFIXED_HEX = "sha256=hex"
    BASE64 = "base64"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSwitches:
    """What goes wrong with notifications.

    Args:
        lose: never send them; the task stays ``New``.
        lost_attempts: so many first attempts never arrive; with as many as there are attempts the task fails.
        duplicate: send each this many more times after it was delivered.
        bad_signature: sign with another key.
        unsigned: leave the signature header out.
        delay_seconds: wait this long, on the simulated clock, before the first attempt.
        jitter_seconds: wait up to so much longer, by chance, so that notifications overtake each other.
        misspelled: write the task type as Basware's own example does, ``AccoutingDocuments``.
        retry_after_seconds: the waits between attempts (assumption); empty means one attempt only.
        timeout_seconds: how long an attempt waits for its answer (assumption).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    lose: bool = False
    lost_attempts: int = 0
    duplicate: int = 0
    bad_signature: bool = False
    unsigned: bool = False
    delay_seconds: float = 0
    jitter_seconds: float = 0
    misspelled: bool = False
    retry_after_seconds: tuple[float, ...] = (1, 2, 4, 8, 15, 30, 60, 120, 300)
    timeout_seconds: float = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """The asynchronous refusal that the next responses meet in P2P.

    Args:
        times: how many responses; None means all until it is changed.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    message: str
    category: Category = "DataValidation"
    times: int | None = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSettings:
    """Everything of a tenant that the control API can change while it runs.

    Args:
        confirm_delay_seconds: from storing a response to its outcome in P2P, on the simulated clock.
        request_status_hidden_seconds: for how long a new request is answered with 404.
        token_seconds: validity of tokens issued from then on.
        redirect: whether documents are served through the second origin (302) or directly.
        repeat_response: see `RepeatedResponse`, for an exact repeat of a transfer response.
        item_error: see `ItemError`; `OutcomePlan` is for one document.
        calls_per_second: more calls than these, by real time, get 429; None means no limit.
        throttle_retry_after: seconds in the Retry-After of those; None leaves it out, as the stock gateway does.
        missing_scope_status: answer to a token without the scope of the call (unknown: 401 or 403).
        signature_encoding: see `SignatureEncoding`.
        sign_connection_test: whether the ConnectionTest notification is signed (unknown).
        webhook: see `WebhookSwitches`.
        imports: see `ImportSettings`.
        payments: see `PaymentSettings`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    confirm_delay_seconds: float = 2
    request_status_hidden_seconds: float = 0
    token_seconds: int = 3600
    redirect: bool = True
    repeat_response: RepeatedResponse = RepeatedResponse.IDEMPOTENT
    item_error: ItemError | None = None
    calls_per_second: float | None = None
    throttle_retry_after: int | None = None
    missing_scope_status: Literal[401, 403] = 403
    signature_encoding: SignatureEncoding = SignatureEncoding.HEX
    sign_connection_test: bool = True
    webhook: WebhookSwitches = field(default_factory=WebhookSwitches)
    imports: ImportSettings = field(default_factory=ImportSettings)
    payments: PaymentSettings = field(default_factory=PaymentSettings)
