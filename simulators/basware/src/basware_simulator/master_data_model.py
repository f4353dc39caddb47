"""Master data as Basware's imports take it (P2P OpenAPI 26.06): every field and its limits."""

from decimal import Decimal

from .schema import Choice, Flag, Kind, Listing, Moment, Number, Shape, Text

_BILLION = Decimal(1_000_000_000)
_EXTERNAL_CODE = Text(shortest=1, longest=36, nullable=False)
_CODE = Text(shortest=1, longest=25, nullable=False)
_COMPANY_CODE = Text(shortest=1, longest=32, nullable=False)
_YES_NO = Flag(nullable=False)
_DATE = Moment(strict=True)
_REQUIRED_DATE = Moment(strict=True, nullable=False)
_COUNT = Number(least=Decimal(0), most=Decimal(2_147_483_647), whole=True)
_WHOLE = Number(whole=True)
_AMOUNT = Number(least=Decimal(0), most=_BILLION)
_PERCENT = Number(least=-_BILLION, most=_BILLION)


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def each(names: str, kind: Kind) -> dict[str, Kind]:
    """Fields of one kind."""
    return dict.fromkeys(names.split(), kind)


def numbered(prefix: str, last: int, kind: Kind) -> dict[str, Kind]:
    """Fields of one kind, numbered from 1."""
    return {f"{prefix}{number}": kind for number in range(1, last + 1)}


def companies(*required: str, nullable: bool = False, **fields: Kind) -> Listing:
    """For which companies a record is meant."""
    return Listing(
        of=Shape(
            fields={"companyCode": _COMPANY_CODE, **fields}, required=frozenset({"companyCode", *required})
        ),
        nullable=nullable,
    )


def record(fields: dict[str, Kind], required: str) -> Shape:
    """A record: its own fields, and those that every record has."""
    every: dict[str, Kind] = {
        "externalCode": _EXTERNAL_CODE,
        "lastUpdated": Moment(strict=True, nullable=False),
    }
    return Shape(fields={**every, **fields}, required=words(required) | {"externalCode"})


_NAMES = Listing(
    of=Shape(
        fields={
            "translation": Text(shortest=2, longest=2000, nullable=False),
            "language": Text(shortest=2, longest=10, nullable=False),
        },
        required=words("translation language"),
    ),
    nullable=False,
)
_INHERITED = companies("inherit", "active", inherit=_YES_NO, active=_YES_NO)
_SWITCHED = companies("active", active=_YES_NO)

PAYMENT_TERM = record(
    {
        "paymentTermCode": _CODE,
        "paymentTermNames": _NAMES,
        "moveDueDatesTo": Text(pattern="0|1|2"),
        "dueDateCalc": _WHOLE,
        "cashDueDateCalc": _WHOLE,
        **each("sortOrder dueDateDays dueDateDays2 dueDateEom", _COUNT),
        **each("cashDueDateDays cashDueDateDays2 cashDueDateEom", _COUNT),
        "cashDiscount": _AMOUNT,
        **each("validFrom validTo", _REQUIRED_DATE),
        "companies": _INHERITED,
        "paymentTermDiscountRules": Listing(
            of=Shape(
                fields={
                    "externalCode": _EXTERNAL_CODE,
                    "discountDays": _COUNT,
                    "discountPercent": _AMOUNT,
                    "active": _YES_NO,
                },
                required=words("externalCode active"),
            )
        ),
    },
    required="paymentTermCode paymentTermNames validFrom validTo companies",
)

TAX_CODE = record(
    {
        "taxCode": _CODE,
        "taxCodeNames": _NAMES,
        "taxGroup": Text(longest=25),
        "taxPercentage": Number(least=-_BILLION, most=_BILLION, nullable=False),
        "taxPercentage2": _PERCENT,
        "additionalData": Listing(
            of=Shape(
                fields={
                    "externalCode": Text(longest=32),
                    **each("account statistical transactionType country condition", Text(longest=25)),
                    "taxPercent": Number(),
                    "active": Flag(),
                }
            )
        ),
        "companies": _INHERITED,
    },
    required="taxCode taxCodeNames taxPercentage companies",
)

ACCOUNT = record(
    {
        "accountCode": _CODE,
        "accountNames": _NAMES,
        "taxCode": Text(longest=25),
        **numbered("text", 5, Text(longest=250)),
        "companies": _INHERITED,
    },
    required="accountCode accountNames companies",
)

COST_CENTER = record(
    {
        "costCenterCode": _CODE,
        "costCenterNames": _NAMES,
        **numbered("text", 10, Text(longest=250)),
        **numbered("date", 5, _DATE),
        **numbered("int", 5, _WHOLE),
        "companies": _SWITCHED,
    },
    required="costCenterCode costCenterNames companies",
)

PROJECT = record(
    {
        "projectCode": _CODE,
        "projectName": Text(shortest=1, longest=100, nullable=False),
        "description": Text(longest=500),
        **each("validFrom validUntil", _REQUIRED_DATE),
        "companies": _SWITCHED,
    },
    required="projectCode projectName validFrom validUntil companies",
)

EXCHANGE_RATE = record(
    {
        "rate": Number(least=Decimal(0), most=_BILLION, nullable=False),
        **each("currencyCodeTo currencyCodeFrom", Text(shortest=2, longest=3, nullable=False)),
        "validFrom": _REQUIRED_DATE,
        "companies": _SWITCHED,
    },
    required="rate currencyCodeTo currencyCodeFrom validFrom companies",
)

LIST_ITEM = record(
    {
        **numbered("text_", 25, Text()),
        **numbered("number_", 15, Number()),
        **numbered("dateValue_", 15, _DATE),
        "companies": companies("active", active=_YES_NO, nullable=True),
        "listContent": Choice(
            words=words(
                """
                Plant ProfitCenter BusinessUnit Project ProjectSub Employee Vehicle Customer
                AccAssignmentCategory Budget Service BusinessArea PartnerProfitCenter FixedAsset
                FixedAssetSubCode WorkOrderCode WorkOrderSubCode CommitmentItem ControllingArea FunctionalArea
                Network NetworkActivity Tax TaxJurisdiction Dimension1 Dimension2 Dimension3 Dimension4
                Dimension5 Dimension6 Dimension7 Dimension8 Dimension9 Dimension10 InternalOrder SalesOrder
                SalesOrderSub
                """
            ),
            nullable=True,
        ),
    },
    required="",
)
