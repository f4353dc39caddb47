"""The accounting document as Basware P2P publishes it (P2P OpenAPI 26.06): every field and its limits."""

from decimal import Decimal

from .schema import Choice, Flag, Kind, Listing, Moment, Number, Shape, Text

WAITING_FOR_TRANSFER = "WaitingForTransfer"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STATUSES = _words(
    """
    New WaitingForPrebook PrebookInProgress Prebooked PrebookFailed WaitingForTransfer TransferInProgress
    Transferred TransferFailed WaitingForPrebookCancelation PrebookCancelationInProgress PrebookCanceled
    PrebookCancelFailed WaitingToBeRemoved Removed RemoveFailed WaitingToBeReturned Returned ReturnFailed
    WaitingToBeCompleted CompletionInProgress Completed CompletionFailed Paid WaitingForEnrichmentTransfer
    EnrichmentTransferInProgress EnrichmentTransferred EnrichmentTransferFailed InDocumentFilter
    DocumentFilterReleased
    """
)
AFTER_ACKNOWLEDGE = {"WaitingForTransfer": "TransferInProgress", "WaitingForPrebook": "PrebookInProgress"}
PROCESSING_MODES = frozenset({"Standard", "InvoiceEnrichment"})

_REMOVAL_REASONS = _words(
    """
    NotDefined Duplicate MissingData MissingPO Statement NonInvoice ProcessingTimeExpired InvoiceMatched
    ZeroValue Confidential Reprocessed IncorrectVAT ErrorInBankDetails CreditorUnknown IncorrectRecipient
    IncorrectValidator InvoiceNotCompliantWithOrder SupportingDocumentationMissing NotCompliantWithDelivery
    ContractEnded IncorrectInvoiceAmount SupplierUnknown InvoiceProcessedElsewhere
    PaymentNotReceivedOrCanceled ReasonOtherThanIncorrectValidator OtherContactYourBuyer Other
    """
)

_BILLION = Decimal(1_000_000_000)
_PERCENT = Number(least=-_BILLION, most=_BILLION)
_WHOLE = Number(whole=True)
_CODE = Text(shortest=1, longest=36, nullable=False)
_MESSAGE = Text(shortest=1, longest=250, nullable=False)
_YES_NO = Flag(nullable=False)


def _each(names: str, kind: Kind) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


def _numbered(prefix: str, first: int, last: int, kind: Kind) -> dict[str, Kind]:
    return {f"{prefix}{number}": kind for number in range(first, last + 1)}


CODING_ROW = Shape(
    fields={
        "externalCode": _CODE,
        "rowIndex": Number(least=Decimal(0), most=Decimal(100_000), whole=True),
        "costCenterCode": Text(longest=200),
        "orderLineNumber": Text(longest=2000),
        "contractNumber": Text(longest=255),
        "closeOrder": Text(longest=100),
        "matchingType": _WHOLE,
        "plannedAdditionalCostType": Number(whole=True, nullable=False),
        **_each("accountCode rowOrigin", Text(longest=50)),
        **_each("lastComment orderNumber", Text(longest=1000)),
        **_each("freightSlip orderItemNumber", Text()),
        **_each("taxPercent taxPercent2", _PERCENT),
        **_each(
            """
            grossTotal grossTotalCompany grossTotalOrganization netTotal netTotalCompany
            netTotalOrganization orderLineNetTotal orderLineGrossTotal receivedQuantity receivedNetPrice
            receivedGrossPrice receivedNetTotal receivedGrossTotal conversionNumerator conversionDeNumerator
            conversionDenominator orderedQuantity orderNetTotal orderGrossTotal orderedNetPrice
            orderedGrossPrice allocatedQuantity matchedQuantity matchedNetSum matchedGrossSum taxSum
            taxSumCompany taxSumOrganization taxSum2 taxSum2Company taxSum2Organization
            """,
            Number(),
        ),
        **_each(
            """
            accountName costCenterName deliveryNoteNumber organizationElementName organizationElementCode
            internalOrderCode internalOrderName plant profitCenterCode profitCenterName businessUnitCode
            businessUnitName projectCode projectName projectSubCode projectSubName employeeCode employeeName
            vehicleNumber vehicleName salesOrderCode salesOrderName salesOrderSubCode salesOrderSubName
            customerCode customerName conditionType accAssignmentCategoryCode accAssignmentCategoryName
            budgetCode budgetName serviceCode serviceName businessAreaCode businessAreaName productCode
            productName buyerName orderLineDescription orderLinePriceUnit orderLinePriceUnitDescription
            partnerProfitCenter fixedAssetCode fixedAssetName goodsReceiptItemNumber goodsReceiptNumber
            materialGroup fiscalYear fixedAssetSubCode fixedAssetSubName orderLineUOM subUOM workOrderCode
            workOrderName workOrderSubCode workOrderSubName commitmentItem controllingArea functionalArea
            network networkActivity orderCodingRowNumber ownerName taxCode taxJurisdictionCode text84 text85
            """,
            Text(longest=250),
        ),
        **_numbered("dimCode", 1, 10, Text(longest=250)),
        **_numbered("dimName", 1, 10, Text(longest=250)),
        **_numbered("text", 1, 5, Text(longest=250)),
        **_numbered("num", 1, 5, Number()),
        **_numbered("date", 1, 5, Moment()),
    },
    required=frozenset({"externalCode"}),
)

INVOICE_LINE = Shape(
    fields={
        "additionalCost": Flag(),
        "additionalCostRecognition": Text(longest=200),
        "orderRowNumber": Text(longest=50),
        **_each("externalCode productCode productName orderNumber quantityUnit", Text()),
        **_each("rowIndex infoItem lineType", _WHOLE),
        **_each("deliveryNoteNumber taxCode", Text(longest=250)),
        **_each(
            """
            quantity netPrice taxPercent taxSum grossPrice discountAmount discountPercent grossSum
            itemTotalSum netSum taxPercent2 taxSum2
            """,
            Number(),
        ),
        **_numbered("text", 1, 10, Text(longest=250)),
        **_numbered("numeric", 1, 10, Number()),
        **_numbered("date", 1, 5, Moment()),
    }
)

_RESPONSE_BASICS: dict[str, Kind] = {
    "externalCode": _CODE,
    "success": _YES_NO,
    "responseMessage": _MESSAGE,
    "sourceSystem": Text(longest=32),
}
_VOUCHER_NUMBERS = _each("voucherNumber1 voucherNumber2", Text(longest=25))
_RESPONSE_REQUIRED = frozenset({"externalCode", "success", "responseMessage"})

_PUBLISHED_RESPONSES: dict[str, Kind] = {
    "enrichmentResponses": Listing(
        of=Shape(fields={**_RESPONSE_BASICS, "transferDate": Moment()}, required=_RESPONSE_REQUIRED)
    ),
    "prebookResponses": Listing(
        of=Shape(
            fields={**_RESPONSE_BASICS, **_VOUCHER_NUMBERS, "prebookDate": Moment(), "paymentBlock": _YES_NO},
            required=_RESPONSE_REQUIRED | {"paymentBlock"},
        )
    ),
    "transferResponses": Listing(
        of=Shape(
            fields={
                **_RESPONSE_BASICS,
                **_VOUCHER_NUMBERS,
                "transferDate": Moment(),
                "paymentBlock": _YES_NO,
            },
            required=_RESPONSE_REQUIRED | {"paymentBlock"},
        )
    ),
    "paymentResponses": Listing(
        of=Shape(
            fields={
                "externalCode": _CODE,
                "success": _YES_NO,
                "paymentBlock": _YES_NO,
                "sourceSystem": Text(longest=32),
                "paymentDate": Moment(),
                "paymentMessage": Text(longest=100),
                **_each("paidTotal cashDiscount", Number()),
                **_each("paymentTermCode paymentMethod checkNumber", Text(longest=25)),
                **_each(
                    "responseMessage paymentNumber paymentDocument paymentReversalDocument", Text(longest=250)
                ),
            },
            required=frozenset({"externalCode", "success", "paymentBlock"}),
        )
    ),
    "removeResponses": Listing(
        of=Shape(
            fields={
                "externalCode": Text(shortest=2, longest=36, nullable=False),
                "success": Flag(),
                "responseMessage": Text(longest=250, nullable=False),
                "sourceSystem": Text(longest=32),
            },
            required=frozenset({"externalCode", "responseMessage"}),
        )
    ),
}

ACCOUNTING_DOCUMENT = Shape(
    fields={
        "invoiceId": _CODE,
        "p2pProcessingMode": Choice(words=PROCESSING_MODES),
        "processingStatus": Choice(words=STATUSES),
        "removalReason": Choice(words=_REMOVAL_REASONS),
        "companyCode": Text(shortest=1, longest=32, nullable=False),
        "companyName": Text(shortest=2, longest=250),
        "supplierCode": Text(longest=25, nullable=False),
        "currencyCode": Text(shortest=2, longest=3, nullable=False),
        "currencyCodeCompany": Text(longest=3),
        "currencyCodeOrganization": Text(shortest=2, longest=3),
        "organizationElementCode": Text(shortest=1, longest=25),
        "organizationElementName": Text(shortest=1, longest=250),
        "originService": Number(whole=True, nullable=False),
        "taxPercent1": _PERCENT,
        "cashPercent": Number(least=Decimal(0), most=Decimal(100)),
        "paymentBlock": _YES_NO,
        "lastUpdated": Moment(nullable=False),
        **_each("prebooked removedBeforeTransfer", Flag()),
        **_each("bumid parentInvoiceBumId supplierSourceSystemId", Text(longest=36)),
        **_each(
            "invoiceNumber paymentTermExternalCode clearingReferenceId paymentMessage", Text(longest=100)
        ),
        **_each(
            "organizationCode taxCode invoiceTypeCode paymentMethod paymentTermCode clearingCountry",
            Text(longest=25),
        ),
        **_VOUCHER_NUMBERS,
        **_each("referencePerson paymentPlanReference", Text(longest=255)),
        **_each(
            "referenceNumber supplierBankIBAN supplierBankBBAN accountingPeriod accountingGroup",
            Text(longest=50),
        ),
        **_each(
            """
            organizationName supplierName contractNumber description invoiceTypeName paymentTermName
            paymentRevelsalDocument supplierBankBIC supplierBankName removalReasonComment invoiceImageURL
            invoiceImageToken
            """,
            Text(longest=250),
        ),
        **_each(
            """
            netSum grossSum taxPercent2 taxSum1 taxSum2 cashSum cashSumCompany cashSumOrganization
            exchangeRateCompany exchangeRateOrganization taxSum1Company taxSum1Organization taxSum2Company
            taxSum2Organization grossSumCompany grossSumOrganization netSumCompany netSumOrganization
            """,
            Number(),
        ),
        **_each(
            """
            voucherDate invoiceDate baseLineDate dueDate cashDate codingDate clearingDate
            exchangeRateBaseDate
            """,
            Moment(),
        ),
        **_numbered("text", 1, 10, Text(longest=250)),
        **_numbered("text", 11, 30, Text(longest=100)),
        **_numbered("text", 31, 60, Text(longest=250)),
        **_numbered("numeric", 1, 30, Number()),
        **_numbered("date", 1, 10, Moment()),
        "disputeInfo": Shape(
            fields={
                "isDisputed": _YES_NO,
                "disputeReason": Text(),
                "disputeDate": Moment(),
            }
        ),
        "orderNumbers": Listing(of=Text(nullable=False)),
        "codingRows": Listing(of=CODING_ROW),
        "invoiceLines": Listing(of=INVOICE_LINE),
        "attachments": Listing(
            of=Shape(
                fields={
                    **_each("externalCode category filename", Text()),
                    "isConfidential": _YES_NO,
                    "creationTime": Moment(nullable=False),
                }
            )
        ),
        "transferParameters": Listing(
            of=Shape(fields={"key": _MESSAGE, "value": _MESSAGE}, required=frozenset({"key", "value"}))
        ),
        **_PUBLISHED_RESPONSES,
    },
    required=frozenset(
        {"invoiceId", "processingStatus", "companyCode", "supplierCode", "currencyCode", "paymentBlock"}
    ),
)
