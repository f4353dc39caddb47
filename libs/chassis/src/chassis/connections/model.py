"""The connection document people write: its fields, their rules, and every fault of it at once."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import yaml
from ap_domain.mapping.faults import ConfigurationFault
from ap_domain.mapping.mapping_document import parse_mapping
from ap_domain.mapping.supplier_scheme import SupplierScheme
from ap_domain.masterdata import parse_masterdata
from ap_domain.payments import parse_payments
from pydantic import Field, ValidationError

from chassis.connections.connection import (
    BASWARE_CONCURRENCY,
    PEOPLESOFT_CONCURRENCY,
    REFUSALS_IN_A_ROW,
    SEARCH_LIMIT,
    SWEEP_SECONDS,
)
from chassis.connections.fields import (
    Code,
    Codes,
    ConnectionId,
    Filled,
    Instant,
    MessageClass,
    MessageNumber,
    PostingTable,
    SecretSource,
    Stage,
    StrictModel,
    Text,
    Url,
)
from chassis.streams.schedule import schedule_problems

__all__ = ["ConnectionDocument", "DocumentRefused", "SecretSource", "read_document"]


IN_OTHER_WORDS = {
    "extra_forbidden": "is not a key of a connection",
    "missing": "is missing",
    "string_pattern_mismatch": "has characters that are not allowed here",
}
"""Pydantic's error types that read better in the words of the document."""


class DocumentRefused(Exception):
    """The document cannot be applied; ``problems`` are all reasons, each with the path of its field."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class TimestampSection(StrictModel):
    """Where a connection's webhooks carry the time of sending; Basware's published payload has none."""

    header: Code
    tolerance_seconds: float = Field(default=300, ge=1, le=86_400)


class BaswareSection(StrictModel):
    """Basware's side."""

    base_url: Url
    client_id: Text
    client_secret: SecretSource
    stage: Stage
    company_codes: Codes
    webhook_secrets: Annotated[tuple[SecretSource, ...], Filled, Field(max_length=5)]
    record_spacing_seconds: float = Field(default=5, ge=0, le=3600)
    concurrency: int = Field(
        default=BASWARE_CONCURRENCY, ge=1, le=100, description="Calls of one service to Basware at once."
    )
    sweep_seconds: float = Field(
        default=SWEEP_SECONDS,
        ge=0,
        le=86_400,
        description="How often documents are listed for lost webhooks; 0 never.",
    )
    timestamp: TimestampSection | None = None
    unsigned_connection_test_until: Instant | None = None


class ComponentInterfaceSection(StrictModel):
    """The site's component interface for vouchers."""

    name: Code
    wsdl: Text
    names: dict[Text, Text] = Field(default_factory=dict)
    date_format: Literal["YYYY-MM-DD", "YYYY/MM/DD"] = "YYYY-MM-DD"
    search_limit: int = Field(default=SEARCH_LIMIT, ge=2, le=100_000)


class PeopleSoftSection(StrictModel):
    """PeopleSoft's side."""

    base_url: Url
    node: Code
    stage: Stage
    operator: Text
    password: SecretSource
    authentication: Literal["basic", "username_token", "both"] = "basic"
    component_interface: ComponentInterfaceSection
    business_units: Codes
    settle_seconds: float = Field(default=900, ge=1, le=86_400)
    match: Codes = ("BUSINESS_UNIT", "VENDOR_ID", "INVOICE_ID")
    concurrency: int = Field(
        default=PEOPLESOFT_CONCURRENCY,
        ge=1,
        le=100,
        description=(
            "Calls to PeopleSoft at once. A password that stops being accepted is refused by as many calls as run "
            "then: stay below the number of refusals at which the site locks the operator (often 3)."
        ),
    )
    messages: dict[MessageNumber, MessageClass] = Field(default_factory=dict)
    adopt_found_vouchers: bool = False
    refusals_in_a_row: int = Field(default=REFUSALS_IN_A_ROW, ge=1, le=100_000)
    posting: PostingTable = Field(default_factory=dict)


class ConnectionDocument(StrictModel):
    """The whole document; ``mapping``, ``masterdata`` and ``payments`` are checked by rules of their own.

    Without ``masterdata`` nothing is polled and nothing imported, without ``payments`` no payment is read and Basware
    is told of none.
    """

    connection: ConnectionId
    stage: Stage
    mode: Literal["live", "shadow"] = "live"
    basware: BaswareSection
    peoplesoft: PeopleSoftSection
    mapping: dict[str, Any]
    masterdata: dict[str, Any] = Field(default_factory=dict)
    payments: dict[str, Any] = Field(default_factory=dict)

    def without_secrets(self) -> dict[str, Any]:
        """What may be stored in clear and shown; defaults are written out."""
        hidden = {"basware": {"client_secret", "webhook_secrets"}, "peoplesoft": {"password"}}
        return self.model_dump(mode="json", exclude=hidden)

    def secrets(self) -> dict[str, list[str]]:
        """The secrets by their place in the document."""
        return {
            "basware.client_secret": [self.basware.client_secret.read()],
            "basware.webhook_secrets": [source.read() for source in self.basware.webhook_secrets],
            "peoplesoft.password": [self.peoplesoft.password.read()],
        }


def read_document(text: str) -> ConnectionDocument:
    """Parses YAML (or JSON). Raises DocumentRefused with every problem at once; no problem shows a secret.

    Relative files of secrets are looked for in the working directory.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DocumentRefused((f"not YAML: {error}",)) from None
    if not isinstance(raw, dict):
        raise DocumentRefused(("the document must be a table of keys and values",))
    problems = list(_contradictions(raw))
    try:
        document = ConnectionDocument.model_validate(raw)
    except ValidationError as error:
        problems += [
            f"{_path(found['loc'])}: {IN_OTHER_WORDS.get(found['type'], found['msg']).removeprefix('Value error, ')}"
            for found in error.errors(include_input=False, include_url=False)
        ]
        raise DocumentRefused(tuple(problems)) from None
    if problems:
        raise DocumentRefused(tuple(problems))
    return document


def _path(location: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _contradictions(raw: Mapping[str, Any]) -> Iterator[str]:
    """Rules between fields, on the raw document so that they are said together with the faults of single fields."""
    basware, peoplesoft, mapping = (_table(raw, name) for name in ("basware", "peoplesoft", "mapping"))
    stages = {
        path: section["stage"]
        for path, section in (("stage", raw), ("basware.stage", basware), ("peoplesoft.stage", peoplesoft))
        if "stage" in section
    }
    if len({str(stage) for stage in stages.values()}) > 1:
        said = ", ".join(f"{path} is {stage}" for path, stage in stages.items())
        yield f"stage: test and production must not be mixed: {said}"
    yield from _master_data_problems(raw)
    yield from _payment_problems(raw)
    if not isinstance(raw.get("mapping"), dict):
        return
    try:
        parse_mapping(mapping)
    except ConfigurationFault as fault:
        yield from (f"mapping: {problem}" for problem in fault.problems)
    units = _table(mapping, "business_units")
    for company in _list(basware, "company_codes"):
        if company not in units:
            yield f"mapping.business_units: has no business unit for the company code {company!r}"
    served = _list(peoplesoft, "business_units")
    for company, unit in units.items():
        if unit not in served:
            yield f"mapping.business_units.{company}: {unit!r} is not one of peoplesoft.business_units"


def _master_data_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    section = raw.get("masterdata")
    if not isinstance(section, dict) or not section:
        return
    try:
        plan = parse_masterdata(section, scheme=_scheme(raw))
    except ConfigurationFault as fault:
        yield from (f"masterdata: {problem}" for problem in fault.problems)
        return
    served = _list(_table(raw, "basware"), "company_codes")
    named = {
        code for entity in plan.entities.values() for codes in entity.companies.values() for code in codes
    }
    for code in sorted(named - {str(each) for each in served}):
        yield f"masterdata.companies: {code!r} is not one of basware.company_codes"
    for entity in plan.entities.values():
        for key, text in (("changes", entity.changes), ("full", entity.full)):
            problems = schedule_problems(text, zone=plan.time_zone.key) if text else ()
            yield from (f"masterdata.entities.{entity.entity}.{key}: {problem}" for problem in problems)


def _payment_problems(raw: Mapping[str, Any]) -> Iterator[str]:
    section = raw.get("payments")
    if not isinstance(section, dict) or not section:
        return
    try:
        plan = parse_payments(section)
    except ConfigurationFault as fault:
        yield from (f"payments: {problem}" for problem in fault.problems)
        return
    schedules = {
        "changes": plan.changes,
        "full": plan.full,
        "reconciliation.schedule": plan.reconciliation.schedule,
    }
    for key, text in schedules.items():
        problems = schedule_problems(text, zone=plan.time_zone.key) if text else ()
        yield from (f"payments.{key}: {problem}" for problem in problems)


def _scheme(raw: Mapping[str, Any]) -> SupplierScheme | None:
    """How the mapping reads supplier codes, which master data writes; None where the mapping has faults of its own."""
    try:
        return parse_mapping(_table(raw, "mapping")).scheme
    except ConfigurationFault:
        return None


def _table(raw: Mapping[str, Any], name: str) -> dict[Any, Any]:
    value = raw.get(name)
    return value if isinstance(value, dict) else {}


def _list(raw: Mapping[str, Any], name: str) -> list[Any]:
    value = raw.get(name)
    return value if isinstance(value, list) else []
