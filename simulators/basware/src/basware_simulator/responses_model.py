"""What the write calls of Basware's API take (P2P OpenAPI 26.06; push-notification OpenAPI)."""

from decimal import Decimal

from .schema import Choice, Flag, Listing, Moment, Number, Shape, Text

_EXTERNAL_CODE = Text(shortest=1, longest=36, nullable=False)
_MESSAGE = Text(shortest=1, longest=250, nullable=False)
_YES_NO = Flag(nullable=False)

TRANSFER_RESPONSE = Shape(
    fields={
        "externalCode": _EXTERNAL_CODE,
        "success": _YES_NO,
        "responseMessage": _MESSAGE,
        "sourceSystem": Text(longest=32),
        "voucherNumber1": Text(longest=25),
        "voucherNumber2": Text(longest=25),
        "transferDate": Moment(strict=True),
        "paymentBlock": _YES_NO,
    },
    required=frozenset({"externalCode", "success", "responseMessage", "paymentBlock"}),
)

# The vendor names no bounds; these are the double's.
_AMOUNT = Number(least=Decimal("-1.7976931348623157E+308"), most=Decimal("1.7976931348623157E+308"))

PAYMENT_RESPONSE = Shape(
    fields={
        "externalCode": _EXTERNAL_CODE,
        "success": _YES_NO,
        "responseMessage": Text(longest=250),
        "sourceSystem": Text(longest=32),
        "paymentDate": Moment(strict=True),
        "paymentTermCode": Text(longest=25),
        "paymentBlock": _YES_NO,
        "paymentMethod": Text(longest=25),
        "paidTotal": _AMOUNT,
        "cashDiscount": _AMOUNT,
        "checkNumber": Text(longest=25),
        "paymentMessage": Text(longest=100),
        "paymentNumber": Text(longest=250),
        "paymentDocument": Text(longest=250),
        "paymentReversalDocument": Text(longest=250),
    },
    required=frozenset({"externalCode", "success", "paymentBlock"}),
)

REQUEST_STATUS_ACKNOWLEDGEMENT = Shape(fields={"requestIds": Listing(of=Text(nullable=False))})

TASK_TYPES = frozenset(
    {
        "AccountingDocuments",
        "ExportedPurchaseRequisitions",
        "ExportedPurchaseOrders",
        "RequestStatus",
        "ExportedContracts",
        "ExportedContractSpends",
    }
)

_AUTO_RESPONDER = Shape(
    fields={
        "autoResponseMode": Choice(words=frozenset({"Disabled", "Success", "Failed"})),
        "autoResponseMessage": Text(nullable=False),
        "fieldUpdateArray": Listing(
            of=Shape(
                fields={"fieldId": Text(nullable=False), "updateToValue": Text(nullable=False)}, open=True
            )
        ),
    },
    nullable=True,
    open=True,
)

SUBSCRIPTIONS = Listing(
    of=Shape(
        fields={
            "taskType": Text(shortest=1, nullable=False),
            "taskSubType": Text(nullable=False),
            "subscriptionType": Choice(words=frozenset({"Webhook", "Polling"})),
            "notificationWebhookURL": Text(shortest=1, longest=2083, nullable=False),
            "webhookAuthenticationToken": Text(shortest=1, nullable=False),
            "lastUpdated": Moment(nullable=False, strict=True),
            "autoResponder": _AUTO_RESPONDER,
        },
        required=frozenset(
            {"taskType", "subscriptionType", "notificationWebhookURL", "webhookAuthenticationToken"}
        ),
    ),
    nullable=False,
)
