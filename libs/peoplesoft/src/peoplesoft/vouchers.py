"""AP vouchers through a site's voucher component interface: finding them and creating them.

Speaks PeopleSoft's own field names; `PropertyNames` turns them into the site's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import (
    ConfigurationError,
    NeedsPerson,
    OutcomeUnknown,
    PeopleSoftError,
    ProtocolError,
    RetryLater,
)
from peoplesoft.gateway import BeforeSend
from peoplesoft.names import PropertyNames
from peoplesoft.outcomes import RemoteMessage
from peoplesoft.shape import CollectionShape, ComponentInterfaceShape
from peoplesoft.values import Record, Row, Value, ValueRefused, parse_date

_MUST_BE_SEARCHABLE = ("BUSINESS_UNIT", "INVOICE_ID")
_MUST_BE_READABLE = ("BUSINESS_UNIT", "VOUCHER_ID", "INVOICE_ID", "ENTRY_STATUS")
_READ_BACK = ("BUSINESS_UNIT", "INVOICE_ID", "INVOICE_DT", "VENDOR_SETID", "VENDOR_ID", "GROSS_AMT")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVoucher:
    """A voucher as PeopleSoft holds it, deleted ones included: `entry_status` and the other codes are
    PeopleSoft's (P postable, R recycled, X deleted ...), `gross` is in the invoice currency, `raw` is all
    of it by canonical names. None or "" where the site's component interface does not show a field.
    """

    business_unit: str
    voucher_id: str
    entry_status: str
    invoice_id: str
    vendor_setid: str = ""
    vendor_id: str = ""
    invoice_date: date | None = None
    gross: Decimal | None = None
    currency: str = ""
    style: str = ""
    origin: str = ""
    close_status: str = ""
    raw: Record = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedVoucher:
    """A voucher saved by our create. `entry_status` is None if it was not read back, with the reason."""

    business_unit: str
    voucher_id: str
    entry_status: str | None = None
    warnings: tuple[RemoteMessage, ...] = ()
    not_read_back: PeopleSoftError | None = None


class VoucherClient:
    """Find and create vouchers. `most` bounds how many candidates one search may read; `search_limit` is
    how many rows the site's Find returns at most (PeopleSoft's search limit): an answer that long may be
    cut.
    """

    def __init__(
        self,
        client: ComponentInterfaceClient,
        *,
        names: PropertyNames | None = None,
        most: int = 50,
        search_limit: int = 300,
    ) -> None:
        self._client = client
        self._names = names or PropertyNames()
        self._most = most
        self._search_limit = search_limit

    async def check(self) -> None:
        """Raise ConfigurationError unless this component interface can create, find by invoice and show
        what it found: without that, doubt could never be settled and no connection may be activated.
        """
        shape = await self._client.load_shape()
        if shape.create is None:
            raise ConfigurationError(f"{shape.name} offers no create")
        self._search_keys(shape, dict.fromkeys(_MUST_BE_SEARCHABLE, "x"))
        component = self._component(shape)
        missing = [name for name in _MUST_BE_READABLE if self._names.site_name(name, component) is None]
        if missing:
            raise ConfigurationError(f"get of {shape.name} does not show {', '.join(missing)}")

    async def find_vouchers(self, match: Mapping[str, Value], *, record: str = "") -> list[FoundVoucher]:
        """All vouchers, deleted ones included, whose fields equal `match` exactly (letters' case aside).

        To detect a duplicate or settle doubt, give business unit, supplier and invoice number only and compare the
        rest by the site's match rule: a voucher of another amount would be left out here, not reported.

        `match` has canonical names and holds at least BUSINESS_UNIT and INVOICE_ID; what the site cannot
        search by is compared after reading. Raises NeedsPerson if more than `most` candidates begin
        alike.
        """
        shape = await self._client.load_shape()
        candidates = await self._client.find(self._search_keys(shape, match), record=record)
        if len(candidates) >= self._search_limit:
            # The one we look for may be among those the site left out: concluding "absent" could pay twice.
            raise NeedsPerson(
                f"the search returned {len(candidates)} vouchers, as many as the site shows at most",
                operation="find",
                record=record,
                remedy="Look the invoice up in PeopleSoft; let the component interface search by the supplier too.",
            )
        candidates = [each for each in candidates if _agrees(self._names.to_canonical(each), match)]
        if len(candidates) > self._most:
            raise NeedsPerson(
                f"{len(candidates)} vouchers match, at most {self._most} are looked at",
                operation="find",
                record=record,
            )
        found = []
        for candidate in candidates:
            voucher = await self._get(self._names.to_canonical(candidate), record=record)
            if voucher is None:
                raise RetryLater(
                    "a voucher was found and then could not be read", operation="get", record=record
                )
            if _agrees(voucher.raw, match):
                found.append(voucher)
        return found

    async def get_voucher(
        self, *, business_unit: str, voucher_id: str, record: str = ""
    ) -> FoundVoucher | None:
        """The voucher with this number, or None."""
        return await self._get({"BUSINESS_UNIT": business_unit, "VOUCHER_ID": voucher_id}, record=record)

    async def create_voucher(
        self,
        properties: Row,
        *,
        record: str = "",
        read_back: bool = True,
        before_send: BeforeSend | None = None,
    ) -> CreatedVoucher:
        """Save a voucher (`properties` by canonical or the site's names) and read it back for its entry
        status.

        Every error but OutcomeUnknown proves that nothing was saved. A voucher read back that is another
        invoice's, or that is not there, is OutcomeUnknown too; one that cannot be read just then is
        reported without status. `before_send` as in `ComponentInterfaceClient.create`.
        """
        shape = await self._client.load_shape()
        answer = await self._client.create(
            self._site_properties(shape, properties), record=record, before_send=before_send
        )
        keys = {self._names.canonical(name): value for name, value in answer.keys.items()}
        business_unit, voucher_id = keys.get("BUSINESS_UNIT", ""), keys.get("VOUCHER_ID", "")
        if not business_unit or not voucher_id:
            raise OutcomeUnknown(
                "saved, says the answer, without naming the voucher", operation="create", record=record
            )
        status, failure = None, None
        if read_back:
            try:
                voucher = await self.get_voucher(
                    business_unit=business_unit, voucher_id=voucher_id, record=record
                )
            except PeopleSoftError as error:
                failure = error
            else:
                status = self._confirmed(voucher, properties, record=record)
        return CreatedVoucher(
            business_unit=business_unit,
            voucher_id=voucher_id,
            entry_status=status,
            warnings=answer.warnings,
            not_read_back=failure,
        )

    def build_create(self, properties: Row, *, record: str = "") -> bytes:
        """The exact message `create_voucher` sends, less the security header. Needs the shape loaded."""
        return self._client.build_create(self._site_properties(self._client.shape, properties), record=record)

    def _site_properties(self, shape: ComponentInterfaceShape, properties: Row) -> Row:
        return properties if shape.create is None else self._names.to_site(properties, shape.create.request)

    def _search_keys(self, shape: ComponentInterfaceShape, match: Mapping[str, Value]) -> dict[str, Value]:
        if shape.find is None:
            raise ConfigurationError(f"{shape.name} offers no find")
        keys: dict[str, Value] = {}
        for name, value in match.items():
            site_name = self._names.site_name(name, shape.find.request)
            if site_name is not None:
                keys[site_name] = value
        for name in _MUST_BE_SEARCHABLE:
            if self._names.site_name(name, shape.find.request) not in keys:
                raise ConfigurationError(
                    f"{shape.name} cannot be searched by {name}, or the search did not give it",
                    remedy=f"Make {name} a search key of the component interface.",
                )
        return keys

    def _component(self, shape: ComponentInterfaceShape) -> CollectionShape:
        if shape.get is None:
            raise ConfigurationError(f"{shape.name} offers no get")
        wrapped = shape.get.response.child(shape.name)
        return wrapped if isinstance(wrapped, CollectionShape) else shape.get.response

    async def _get(self, keys: Record | dict[str, str], *, record: str) -> FoundVoucher | None:
        shape = await self._client.load_shape()
        self._component(shape)
        asked = {name: keys.get(name, "") for name in ("BUSINESS_UNIT", "VOUCHER_ID")}
        site_keys = {} if shape.get is None else self._names.to_site(_texts(asked), shape.get.request)
        found = await self._client.get(site_keys, record=record)
        return None if found is None else _voucher(self._names.to_canonical(found))

    def _confirmed(self, voucher: FoundVoucher | None, properties: Row, *, record: str) -> str:
        """The entry status of the voucher read back. Raises OutcomeUnknown if it is not the one we sent."""
        if voucher is None:
            raise OutcomeUnknown(
                "saved, says the answer, but the voucher is not there", operation="get", record=record
            )
        sent = {self._names.canonical(name): value for name, value in properties.items()}
        for name in _READ_BACK:
            value = sent.get(name)
            if isinstance(value, str | Decimal | int | date) and not _agrees(voucher.raw, {name: value}):
                raise OutcomeUnknown(
                    f"the answer named voucher {voucher.voucher_id}, which has another {name}",
                    operation="get",
                    record=record,
                )
        return voucher.entry_status


def _texts(keys: Mapping[str, object]) -> dict[str, Value]:
    return {name: value for name, value in keys.items() if isinstance(value, str)}


def _agrees(record: Record, match: Mapping[str, Value]) -> bool:
    """Whether every field of `match` that `record` shows is equal: text without regard to case."""
    for name, wanted in match.items():
        held = record.get(name)
        if held is None or isinstance(held, list):
            continue
        if isinstance(held, str) and isinstance(wanted, date):
            held = _date(held, name)
        if isinstance(held, str) and isinstance(wanted, str):
            if held.strip().casefold() != wanted.strip().casefold():
                return False
        elif held != wanted:
            return False
    return True


def _voucher(record: Record) -> FoundVoucher:
    gross = record.get("GROSS_AMT")
    return FoundVoucher(
        business_unit=_text(record, "BUSINESS_UNIT"),
        voucher_id=_text(record, "VOUCHER_ID"),
        entry_status=_text(record, "ENTRY_STATUS"),
        invoice_id=_text(record, "INVOICE_ID"),
        vendor_setid=_text(record, "VENDOR_SETID"),
        vendor_id=_text(record, "VENDOR_ID"),
        invoice_date=_date(record.get("INVOICE_DT"), "INVOICE_DT"),
        gross=gross if isinstance(gross, Decimal) else None,
        currency=_text(record, "TXN_CURRENCY_CD"),
        style=_text(record, "VOUCHER_STYLE"),
        origin=_text(record, "ORIGIN"),
        close_status=_text(record, "CLOSE_STATUS"),
        raw=record,
    )


def _text(record: Record, name: str) -> str:
    value = record.get(name, "")
    return value if isinstance(value, str) else str(value)


def _date(value: object, name: str) -> date | None:
    """A date, which some sites declare as text."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not value:
        return None
    try:
        return parse_date(value)
    except ValueRefused as refusal:
        raise ProtocolError(f"{name} of a voucher: {refusal}", operation="get") from refusal
