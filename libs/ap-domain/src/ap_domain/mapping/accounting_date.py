"""Which day a voucher is accounted on, and which invoice dates are believed."""

from datetime import date, timedelta

from ap_domain.mapping.faults import ConfigurationFault, MappingFault
from ap_domain.mapping.voucher_mapping import DatePolicy, VoucherMapping


def accounting_date(
    wanted: date, mapping: VoucherMapping, *, business_unit: str, today: date, document: str
) -> date:
    """The wanted day by the business unit's policy and open periods.

    Raises MappingFault where the day is refused, ConfigurationFault where the calendar has run out.
    """
    policy = mapping.date_policy(business_unit)
    if policy is DatePolicy.AS_GIVEN:
        return wanted
    periods = mapping.periods(business_unit)
    if any(period.begins <= wanted <= period.ends for period in periods):
        return wanted
    if policy is DatePolicy.NEXT_OPEN_DAY:
        later = [period.begins for period in periods if period.begins > wanted]
        if later:
            return min(later)
        if wanted <= today:
            rule = f"{business_unit} has no open day from {wanted.isoformat()} on, for invoice {document}"
            raise ConfigurationFault((f"open_periods: {rule}",))
    raise MappingFault(
        document=document,
        field="voucherDate",
        value=wanted.isoformat(),
        rule=f"this day lies in no open period of {business_unit}",
    )


def check_invoice_date(given: date, mapping: VoucherMapping, *, today: date, document: str) -> None:
    """Raises MappingFault for an invoice date beyond the limits of the mapping."""
    limits = mapping.invoice_date_limits
    rule = None
    if limits.days_ahead is not None and given > today + timedelta(days=limits.days_ahead):
        rule = f"an invoice may be dated at most {limits.days_ahead} days ahead"
    if limits.years_back is not None and given < _years_before(today, limits.years_back):
        rule = f"an invoice may be at most {limits.years_back} years old"
    if rule:
        raise MappingFault(document=document, field="invoiceDate", value=given.isoformat(), rule=rule)


def _years_before(day: date, years: int) -> date:
    year = max(day.year - years, date.min.year)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)
