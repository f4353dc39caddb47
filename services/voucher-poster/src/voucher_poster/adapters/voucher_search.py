"""Looking for vouchers of one posting intent at a site."""

from dataclasses import dataclass

from ap_domain import posting
from ap_domain.mapping import ConfigurationFault
from ap_domain.natural_key import MatchFields
from ap_domain.posting import MATCHABLE, PostingIntent, VoucherRef, contradicts, matches
from chassis.connections import Connection
from peoplesoft import FoundVoucher, Value

from voucher_poster.adapters.peoplesoft_clients import PeopleSoftSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouchers:
    """What stands under a natural key: `same` and `different` are live, by the match rule; `deleted` matched.

    `contradicting` names those of `same` that show another amount, date or style than was or would be sent.
    """

    same: tuple[VoucherRef, ...]
    different: tuple[VoucherRef, ...]
    deleted: tuple[VoucherRef, ...]
    contradicting: tuple[str, ...]

    def of_doubt(self, intent: PostingIntent) -> tuple[tuple[VoucherRef, ...], tuple[VoucherRef, ...]]:
        """Those that may be what a create in doubt made, and those that are neither that nor known before it.

        The match rule may be loose; what was sent is known exactly.
        """
        ours = tuple(
            each
            for each in self.same
            if each.voucher_id not in intent.known and each.voucher_id not in self.contradicting
        )
        strange = (each for each in (*self.same, *self.different) if each not in ours)
        return ours, tuple(each for each in strange if each.voucher_id not in intent.known)


async def vouchers_of(
    intent: PostingIntent, connection: Connection, site: PeopleSoftSite, *, record: str
) -> Vouchers:
    """Found by business unit, supplier and invoice number; the match rule tells same from different: the intent's where
    it was started under one, else the connection's.

    Raises what a search raises, and ConfigurationFault for a match rule that cannot be followed.
    """
    rule = intent.rule or connection.peoplesoft.match
    if not rule or not set(rule) <= set(MATCHABLE):
        raise ConfigurationFault((f"peoplesoft.match names {', '.join(rule)}, of {', '.join(MATCHABLE)}",))
    key = intent.natural_key
    asked: dict[str, Value] = {
        "BUSINESS_UNIT": key.business_unit,
        "VENDOR_ID": key.vendor_id,
        "INVOICE_ID": key.invoice_id,
    }
    found = [_domain(voucher) for voucher in await site.vouchers.find_vouchers(asked, record=record)]
    same: list[VoucherRef] = []
    different: list[VoucherRef] = []
    deleted: list[VoucherRef] = []
    contradicting = tuple(each.ref.voucher_id for each in found if contradicts(each, intent))
    for voucher in found:
        is_same = matches(voucher, intent, match_fields=rule)
        if not voucher.ref.live:
            deleted.extend([voucher.ref] if is_same else [])
        else:
            (same if is_same else different).append(voucher.ref)
    return Vouchers(
        same=tuple(same), different=tuple(different), deleted=tuple(deleted), contradicting=contradicting
    )


def voucher_ref(voucher: FoundVoucher) -> VoucherRef:
    """The voucher as the ledger keeps it."""
    return VoucherRef(
        business_unit=voucher.business_unit,
        voucher_id=voucher.voucher_id,
        entry_status=voucher.entry_status,
        payment_hold=voucher.payment_hold,
        closed=voucher.closed or bool(voucher.paid),
    )


def _domain(voucher: FoundVoucher) -> posting.FoundVoucher:
    """Blank is what the site's component interface does not show: it was not read."""
    return posting.FoundVoucher(
        ref=voucher_ref(voucher),
        vendor_setid=voucher.vendor_setid or None,
        vendor_id=voucher.vendor_id or None,
        invoice_id=voucher.invoice_id or None,
        match=MatchFields(
            invoice_date=voucher.invoice_date, gross=voucher.gross, style=voucher.style or None
        ),
        origin=voucher.origin or None,
    )
