"""What goes back over the wire, and the error bodies of Basware's three error models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from .decimal_json import dumps


class Delivery(Enum):
    """How much of an answer reaches the caller before the connection closes."""

    WHOLE = auto()
    HALF = auto()
    NOTHING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP answer in the making."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery.WHOLE


class RefusalError(Exception):
    """The call is answered with an error status."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"refused with {answer.status}")
        self.answer = answer


def json_answer(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Answer with a JSON body."""
    return Answer(status=status, body=dumps(value).encode(), headers=headers or {})


def gateway_refusal(status: int, message: str) -> RefusalError:
    """The body of the gateway in front of the API: ``{"message": ...}``."""
    return RefusalError(json_answer({"message": message}, status=status))


def empty_refusal(status: int) -> RefusalError:
    """An error for which the vendor declares no body."""
    return RefusalError(Answer(status=status, content_type="text/plain"))


def p2p_refusal(
    *,
    request_id: str,
    status: int,
    messages: list[str],
    code: str,
    kind: str = "VALIDATION",
    external_code: str | None = None,
) -> RefusalError:
    """The P2P model: ``hasErrors`` and ``errors``; kind and code are words of the vendor's enumerations."""
    problems = [(external_code, message) for message in messages]
    return records_refusal(request_id=request_id, status=status, problems=problems, code=code, kind=kind)


def records_refusal(
    *,
    request_id: str,
    status: int,
    problems: list[tuple[str | None, str]],
    code: str,
    kind: str = "VALIDATION",
) -> RefusalError:
    """The same for several records: each message with the external code it is about, where one is named."""
    return RefusalError(
        json_answer(
            {
                "requestId": request_id,
                "hasErrors": True,
                "errors": [
                    {"externalCode": named, "type": kind, "code": code, "message": text, "info": None}
                    for named, text in problems
                ],
            },
            status=status,
        )
    )


def push_refusal(*, request_id: str, messages: list[str]) -> RefusalError:
    """The push-notification model: ``hasError`` and ``errorMessages``."""
    return RefusalError(
        json_answer(
            {
                "requestId": request_id,
                "hasError": True,
                "errorMessages": [
                    {"type": "VALIDATION", "code": "SCHEMA_VALIDATION_ERROR", "message": text}
                    for text in messages
                ],
            },
            status=400,
        )
    )
