"""AP vouchers through a site's voucher component interface: finding them and creating them.

Speaks PeopleSoft's own field names; `PropertyNames` turns them into the site's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from peoplesoft.client import ComponentInterfaceClient
from peoplesoft.errors import (
    ConfigurationError,
    InvalidMessage,
    Misfit,
    NeedsPerson,
    OutcomeUnknown,
    PeopleSoftError,
    RetryLater,
)
from peoplesoft.found_voucher import CreatedVoucher, FoundVoucher, agrees, voucher_of
from peoplesoft.gateway import BeforeSend
from peoplesoft.names import PropertyNames
from peoplesoft.shape import ComponentInterfaceShape
from peoplesoft.values import Record, Row, Value
from peoplesoft.voucher_interface import MUST_BE_SEARCHABLE, interface_problems, property_problems

_READ_BACK = ("BUSINESS_UNIT", "INVOICE_ID", "INVOICE_DT", "VENDOR_SETID", "VENDOR_ID", "GROSS_AMT")


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
        """Raise ConfigurationError, naming all that is wrong, unless this component interface can create,
        find by invoice and show what it found: without that, doubt could never be settled and no
        connection may be activated.
        """
        problems = await self.problems()
        if problems:
            raise ConfigurationError(
                "; ".join(problems),
                operation="wsdl",
                remedy="Add them to the component interface, or to the connection's property names, and export its "
                "WSDL again.",
            )

    async def problems(self, *, shown: Iterable[str] = ()) -> list[str]:
        """What `check` complains of, one text each; `shown` are more properties (canonical names) that a
        get must show, as the fields of a match rule. Raises what reading the WSDL raises.
        """
        return interface_problems(await self._client.load_shape(), self._names, shown=shown)

    async def property_problems(self, lengths: Mapping[str, int | None]) -> list[str]:
        """What this site's create cannot take of what a mapping makes: unknown properties, values that
        may get too long, and required properties the mapping does not make; one text each.

        `lengths`: canonical path ("INVOICE_ID", "VOUCHER_LINE/DISTRIB_LINE/ACCOUNT") -> the most
        characters the mapping may put there, None where that is unknown or the property is no text.
        """
        shape = await self._client.load_shape()
        if shape.create is None:
            return [f"{shape.name} offers no create"]
        return property_problems(shape.create.request, self._names, lengths=lengths)

    async def misfits(self, properties: Row) -> tuple[Misfit, ...]:
        """All that keeps `create_voucher` from sending these properties; empty if nothing does."""
        await self._client.load_shape()
        try:
            self.build_create(properties)
        except InvalidMessage as invalid:
            return invalid.misfits
        return ()

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
        candidates = [each for each in candidates if agrees(self._names.to_canonical(each), match)]
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
            if agrees(voucher.raw, match):
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
        status, its hold and whatever else PeopleSoft made of it.

        Every error but OutcomeUnknown proves that nothing was saved. A voucher read back that is another
        invoice's, or that is not there, is OutcomeUnknown too; one that cannot be read just then is
        reported without status. `before_send` as in `ComponentInterfaceClient.create`.
        """
        shape = await self._client.loaded_shape()
        answer = await self._client.create(
            self._site_properties(shape, properties), record=record, before_send=before_send
        )
        keys = {self._names.canonical(name): value for name, value in answer.keys.items()}
        business_unit, voucher_id = keys.get("BUSINESS_UNIT", ""), keys.get("VOUCHER_ID", "")
        if not business_unit or not voucher_id:
            raise OutcomeUnknown(
                "saved, says the answer, without naming the voucher", operation="create", record=record
            )
        voucher, failure = None, None
        if read_back:
            try:
                voucher = await self.get_voucher(
                    business_unit=business_unit, voucher_id=voucher_id, record=record
                )
            except PeopleSoftError as error:
                failure = error
            else:
                self._confirm(voucher, properties, record=record)
        return CreatedVoucher(
            business_unit=business_unit,
            voucher_id=voucher_id,
            entry_status=None if voucher is None else voucher.entry_status,
            warnings=answer.warnings,
            read_back=voucher,
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
        for name in MUST_BE_SEARCHABLE:
            if self._names.site_name(name, shape.find.request) not in keys:
                raise ConfigurationError(
                    f"{shape.name} cannot be searched by {name}, or the search did not give it",
                    remedy=f"Make {name} a search key of the component interface.",
                )
        return keys

    async def _get(self, keys: Record | dict[str, str], *, record: str) -> FoundVoucher | None:
        shape = await self._client.load_shape()
        asked = {name: keys.get(name, "") for name in ("BUSINESS_UNIT", "VOUCHER_ID")}
        site_keys = {} if shape.get is None else self._names.to_site(_texts(asked), shape.get.request)
        found = await self._client.get(site_keys, record=record)
        return None if found is None else voucher_of(self._names.to_canonical(found))

    def _confirm(self, voucher: FoundVoucher | None, properties: Row, *, record: str) -> None:
        """Raises OutcomeUnknown if the voucher read back is not the one we sent."""
        if voucher is None:
            raise OutcomeUnknown(
                "saved, says the answer, but the voucher is not there", operation="get", record=record
            )
        sent = {self._names.canonical(name): value for name, value in properties.items()}
        for name in _READ_BACK:
            value = sent.get(name)
            if isinstance(value, str | Decimal | int | date) and not agrees(voucher.raw, {name: value}):
                raise OutcomeUnknown(
                    f"the answer named voucher {voucher.voucher_id}, which has another {name}",
                    operation="get",
                    record=record,
                )


def _texts(keys: Mapping[str, object]) -> dict[str, Value]:
    return {name: value for name, value in keys.items() if isinstance(value, str)}
