"""The values that Basware lists for a field (P2P OpenAPI 26.06)."""

__all__ = ["ADDRESS_PARTS", "ADDRESS_TYPES", "CONTACT_ROLES", "LIST_CONTENTS", "ORDER_FORMATS"]

ADDRESS_TYPES = frozenset(
    {"AdditionalAddress", "VisitingAddress", "RemittanceAddress"}
    | {"DeliveryAddress", "PostalAddress", "RegistrationAddress"}
)
ADDRESS_PARTS = frozenset(
    {"AdditionalField1", "AdditionalField2", "AdditionalStreetName", "BlockName", "BuildingName"}
    | {"BuildingNumber", "CitySubDivisionName", "Country", "Department", "District", "Email", "Floor"}
    | {"GlobalLocationNumber", "InhouseEmail", "MarkAttention", "MarkCare", "Region", "Room"}
    | {"CoordinateSystemCode", "PlotIdentification", "LatitudeDegreesMeasure", "LatitudeDirectionCode"}
    | {
        "LatitudeMinutesMeasure",
        "LongitudeDegreesMeasure",
        "LongitudeDirectionCode",
        "LongitudeMinutesMeasure",
    }
)
CONTACT_ROLES = frozenset({"AdditionalContact", "PrimaryContact", "SecondaryContact"})
ORDER_FORMATS = frozenset({"UBL", "EHFXML21", "email", "other", "none", "BaswareNetwork"})
LIST_CONTENTS = frozenset(
    {"Plant", "ProfitCenter", "BusinessUnit", "Project", "ProjectSub", "Employee", "Vehicle", "Customer"}
    | {"AccAssignmentCategory", "Budget", "Service", "BusinessArea", "PartnerProfitCenter", "FixedAsset"}
    | {"FixedAssetSubCode", "WorkOrderCode", "WorkOrderSubCode", "CommitmentItem", "ControllingArea"}
    | {
        "FunctionalArea",
        "Network",
        "NetworkActivity",
        "Tax",
        "TaxJurisdiction",
        "InternalOrder",
        "SalesOrder",
    }
    | {"SalesOrderSub", *(f"Dimension{number}" for number in range(1, 11))}
)
