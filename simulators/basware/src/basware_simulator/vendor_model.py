"""The vendor as Basware's import takes it (P2P OpenAPI 26.06): by far the largest record."""

from .master_data_model import companies, each, record, words
from .schema import Choice, Flag, Listing, Number, Shape, Text

_CODE = Text(shortest=1, longest=25, nullable=False)
_COUNTRY = Text(shortest=2, longest=2)
_CURRENCY = Text(shortest=3, longest=3)

# Any plain mail address with a domain in lower case. The published pattern also takes control characters before
# the at sign and numeric addresses in brackets behind it; these are refused here.
_MAIL = (
    r"^(?:[!#-\[\]-\x7f]|\\[!-\x7f])*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$"
)

_ADDRESS = Shape(
    fields={
        "externalCode": Text(shortest=1, longest=36, nullable=False),
        "name": Text(shortest=1, longest=200, nullable=False),
        "addressType": Choice(
            words=words(
                """
                AdditionalAddress VisitingAddress RemittanceAddress DeliveryAddress PostalAddress
                RegistrationAddress
                """
            ),
            nullable=True,
        ),
        **each("description addressLine1 addressLine2 addressLine3", Text(longest=200)),
        **each(
            "cityName postalZone poBox streetName locality countrySubEntity countrySubEntityDescription",
            Text(longest=50),
        ),
        "countryId": _COUNTRY,
        "default": Flag(),
        "additionalAddressFields": Listing(
            of=Shape(
                fields={
                    "key": Choice(
                        words=words(
                            """
                            AdditionalField1 AdditionalField2 AdditionalStreetName BlockName BuildingName
                            BuildingNumber CitySubDivisionName Country Department District Email Floor
                            GlobalLocationNumber InhouseEmail MarkAttention MarkCare Region Room
                            CoordinateSystemCode PlotIdentification LatitudeDegreesMeasure
                            LatitudeDirectionCode LatitudeMinutesMeasure LongitudeDegreesMeasure
                            LongitudeDirectionCode LongitudeMinutesMeasure
                            """
                        )
                    ),
                    "value": Text(longest=200),
                }
            )
        ),
    },
    required=words("externalCode name"),
)

_CONTACT = Shape(
    fields={
        "name": Text(shortest=1, longest=200, nullable=False),
        **each("description email website", Text(longest=200)),
        **each("telephone telefax", Text(longest=50)),
        "role": Choice(words=words("AdditionalContact PrimaryContact SecondaryContact")),
    },
    required=words("name"),
)

_BANK = Shape(
    fields={
        "name": Text(longest=250, nullable=False),
        "id": Text(shortest=1, longest=20, nullable=False),
        "schemeId": Text(shortest=1, longest=36, nullable=False),
        "branchId": Text(longest=50),
        "branchIdSchemeId": Text(longest=36),
        "countryId": _COUNTRY,
    },
    required=words("name id schemeId"),
)

_BANK_ACCOUNT = Shape(
    fields={
        "schemeId": Text(shortest=1, longest=36, nullable=False),
        "id": Text(longest=50),
        "linkedBbanOrIban": Text(longest=50),
        "currencyCode": _CURRENCY,
        "default": Flag(),
        **each(
            "description accountHolderName accountAdditionalData1 accountAdditionalData2", Text(longest=200)
        ),
    },
    required=words("schemeId"),
)

_PAYMENT_MEAN = Shape(
    fields={
        "paymentMeansCode": _CODE,
        "description": Text(longest=200),
        "currencyCode": _CURRENCY,
        "financialAccounts": Listing(
            of=Shape(
                fields={
                    "financialInstitution": _BANK,
                    "financialAccountIdentifiers": Listing(of=_BANK_ACCOUNT),
                }
            )
        ),
        "default": Flag(),
    },
    required=words("paymentMeansCode"),
)

_ORDERING = Shape(
    fields={
        "orderingFormat": Choice(words=words("UBL EHFXML21 email other none BaswareNetwork"), nullable=True),
        "orderingMessageLanguage": Text(longest=10),
        "orderingLanguage": Text(longest=25),
        "orderEmail": Text(shortest=3, longest=320, pattern=_MAIL),
        "orderProcessType": Text(longest=50),
        "minimumOrderAllowed": Number(),
        **each(
            """
            isTaxable automaticallyReceiveOnInvoice automaticallyReceiveOnOrder hasActiveCatalog
            createOrderAutomatically deliverOrderAutomatically noFreeformItems sendToNetwork
            """,
            Flag(),
        ),
    }
)

VENDOR = record(
    {
        "vendorCode": _CODE,
        "name": Text(shortest=1, longest=250, nullable=False),
        "vendorParent": Text(),
        **each("buvid sourceSystem", Text(longest=36)),
        "description": Text(longest=250),
        "supplierAssignedAccountId": Text(longest=128),
        "eligibleForSourcing": Flag(),
        "vendorClass": Text(longest=100),
        "identifiers": Listing(
            of=Shape(
                fields={
                    "id": Text(shortest=1, longest=36, nullable=False),
                    "schemeId": Text(shortest=1, longest=32, nullable=False),
                    "defaultPartyId": Flag(),
                },
                required=words("id schemeId"),
            )
        ),
        "addresses": Listing(of=_ADDRESS),
        "contacts": Listing(of=_CONTACT),
        "deliveryTerm": Shape(
            fields={
                "deliveryTermCode": _CODE,
                "deliveryLocation": Text(longest=100),
                "description": Text(longest=200),
            },
            required=words("deliveryTermCode"),
        ),
        "paymentMeans": Listing(of=_PAYMENT_MEAN),
        "paymentTerms": Shape(
            fields={"paymentTermCode": _CODE, "description": Text(longest=200)},
            required=words("paymentTermCode"),
        ),
        "orderingDetails": _ORDERING,
        "processingStatus": Shape(fields=each("active paymentDenied", Flag())),
        "tags": Listing(
            of=Shape(
                fields={
                    "name": Text(shortest=1, longest=50, nullable=False),
                    "value": Text(shortest=1, longest=250, nullable=False),
                    "tagGroup": Text(longest=50),
                },
                required=words("name value"),
            )
        ),
        "customFields": Listing(
            of=Shape(
                fields={
                    "name": _CODE,
                    "value": Text(shortest=1, longest=250, nullable=False),
                    "groupName": Text(longest=500),
                },
                required=words("name value"),
            )
        ),
        "companies": companies(inheritToChildUnits=Flag()),
    },
    required="vendorCode name companies",
)
