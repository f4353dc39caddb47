"""``/v1/subscriptions``: where notifications go (push-notification OpenAPI).

Assumption: a subscription is one task type, subtype and address; posting it again replaces it.
"""

from typing import Any

from .answers import Answer, RefusalError, json_answer, push_refusal
from .call import Call
from .clock import moment, stamp
from .decimal_json import JsonError, loads
from .records import Subscription
from .responses_model import SUBSCRIPTIONS, TASK_TYPES
from .schema import check, is_moment
from .webhooks import WebhookSender
from .world import World

_SUB_TYPES = frozenset(
    {
        "WaitingForPrebook",
        "WaitingForTransfer",
        "WaitingForPrebookCancelation",
        "WaitingToBeRemoved",
        "WaitingToBeReturned",
        "WaitingToBeCompleted",
        "WaitingForExport",
        "Error",
        "Success",
        "All",
    }
)


class SubscriptionCalls:
    """The three calls; subscribing tests the connection first."""

    def __init__(self, sender: WebhookSender) -> None:
        self._sender = sender

    async def subscribe(self, world: World, call: Call) -> Answer:
        """``POST``: an array; nothing is stored unless every address answers its ConnectionTest with 200."""
        subscriptions = [_taken(world, call, item) for item in _body(call)]
        for subscription in subscriptions:
            attempt = await self._sender.connection_test(subscription)
            if attempt.status != 200:
                answered = f"answered {attempt.status}" if attempt.status else attempt.error
                raise push_refusal(
                    request_id=call.request_id,
                    messages=[f"ConnectionTest to notificationWebhookURL failed: {answered}"],
                )
        for subscription in subscriptions:
            world.books.subscriptions.put(subscription)
        return json_answer([_written(subscription) for subscription in subscriptions])

    async def read(self, world: World, call: Call) -> Answer:
        """``GET``: with the secrets in clear, as the vendor's schema has it; 404 where there is none."""
        found = [_written(subscription) for subscription in _select(world, call)]
        if not found:
            raise RefusalError(json_answer({"detail": "Not Found"}, status=404))
        return json_answer({"subscriptions": found})

    async def delete(self, world: World, call: Call) -> Answer:
        """``DELETE``: all three parameters are required; All stands for any type."""
        if any(name not in call.query for name in ("lastUpdated", "taskType", "taskSubType")):
            raise RefusalError(json_answer({"message": "UnprocessableEntity"}, status=422))
        found = _select(world, call)
        for subscription in found:
            world.books.subscriptions.remove(subscription)
        return json_answer({"status": "Deleted successfully", "numberOfRecordsDeleted": len(found)})


def _body(call: Call) -> list[dict[str, Any]]:
    try:
        items = loads(call.body)
    except JsonError as error:
        raise RefusalError(json_answer({"message": "UnprocessableEntity"}, status=422)) from error
    wrong = list(check(SUBSCRIPTIONS, items))
    if not wrong:
        for item in items:
            if item["taskType"] not in TASK_TYPES:
                wrong.append(f"taskType {item['taskType']} is not supported")
            if item.get("taskSubType", "All") not in _SUB_TYPES:
                wrong.append(f"taskSubType {item['taskSubType']} is not supported")
            if not item["notificationWebhookURL"].startswith(("https://", "http://")):
                wrong.append("notificationWebhookURL is not a web address")
    if wrong:
        raise push_refusal(request_id=call.request_id, messages=wrong)
    return list(items)


def _taken(world: World, call: Call, item: dict[str, Any]) -> Subscription:
    default = "Error" if item["taskType"] == "RequestStatus" else "All"
    return Subscription(
        tenant=call.tenant.name,
        task_type=item["taskType"],
        task_sub_type=item.get("taskSubType", default),
        url=item["notificationWebhookURL"],
        secret=item["webhookAuthenticationToken"],
        updated=world.now(),
    )


def _select(world: World, call: Call) -> list[Subscription]:
    call.allow_parameters("taskType", "taskSubType", "lastUpdated")
    task_type = call.query.get("taskType", "All")
    sub_type = call.query.get("taskSubType", "All")
    after = call.query.get("lastUpdated")
    if after is not None and not is_moment(after):
        raise RefusalError(json_answer({"message": "UnprocessableEntity"}, status=422))
    return [
        held
        for held in world.books.subscriptions
        if held.tenant == call.tenant.name
        and task_type in ("All", held.task_type)
        and sub_type in ("All", held.task_sub_type)
        and (after is None or held.updated > moment(after))
    ]


def _written(subscription: Subscription) -> dict[str, Any]:
    return {
        "taskType": subscription.task_type,
        "taskSubType": subscription.task_sub_type,
        "subscriptionType": "Webhook",
        "notificationWebhookURL": subscription.url,
        "webhookAuthenticationToken": subscription.secret,
        "lastUpdated": stamp(subscription.updated),
    }
