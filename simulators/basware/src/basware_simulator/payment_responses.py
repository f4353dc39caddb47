"""``POST .../paymentResponses``: what became of an invoice's payment (P2P OpenAPI 26.06).

As the vendor describes it: a response may come many times, each under another external code, only when something
changed, and the latest 100 are kept.
"""

from dataclasses import replace
from typing import Any

from .answers import Answer
from .call import Call
from .document_changes import digest
from .payment_effects import PAYMENT_RESPONSE_ENTITY, takes_payment
from .records import DocumentRecord, RequestRecord
from .response_intake import ResponseKind, take
from .response_settings import RepeatedResponse
from .responses_model import PAYMENT_RESPONSE
from .settings import TenantSettings
from .world import World
from .write_rules import note


async def send_payment_response(world: World, call: Call) -> Answer:
    """Store a payment response, see `take`."""
    return await take(world, call, PAYMENT_RESPONSES)


def _repeated(settings: TenantSettings, _same: bool) -> RepeatedResponse:
    return settings.payments.repeat


def _watch(world: World, record: DocumentRecord, response: dict[str, Any]) -> None:
    if _content(response) == record.payment.content:
        detail = f"{response['externalCode']} says what was said before"
        note(world, record, "unchanged_payment_response", detail)


def _stored(record: DocumentRecord, request: RequestRecord) -> DocumentRecord:
    held = record.payment
    return replace(
        record,
        payment=replace(
            held,
            received=held.received + 1,
            newest=request.number,
            newest_accepted=request.accepted,
            content=_content(request.response),
        ),
    )


def _content(response: dict[str, Any]) -> str:
    return digest({name: value for name, value in response.items() if name != "externalCode"})


PAYMENT_RESPONSES = ResponseKind(
    words="payment response",
    entity_type=PAYMENT_RESPONSE_ENTITY,
    listed_as="paymentResponses",
    shape=PAYMENT_RESPONSE,
    takes=takes_payment,
    repeat=_repeated,
    watch=_watch,
    stored=_stored,
)
