"""The queries over ChartFields, and over projects, which belong to business units."""

from collections.abc import Callable, Iterator

from peoplesoft_simulator.effective_dating import current_on
from peoplesoft_simulator.query import NEVER_TOUCHED, Ask, QueryRow
from peoplesoft_simulator.reference_data import ChartField, ReferenceData


def accounts(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated account."""
    for row in _rows(data, ask, field="ACCOUNT"):
        yield {
            **_key(row),
            "A.DESCR": row.descr,
            "A.DESCRSHORT": row.descr_short or row.descr[:10],
            "A.ACCOUNT_TYPE": row.account_type,
            "A.STATISTICS_ACCOUNT": row.statistics,
            "A.BUDGETARY_ONLY": row.budgetary_only,
            "A.LASTUPDDTTM": row.changed_at or NEVER_TOUCHED,
        }


def departments(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row an effective-dated department."""
    for row in _rows(data, ask, field="DEPTID"):
        yield {
            **_key(row),
            "A.DESCR": row.descr,
            "A.MANAGER_ID": row.manager,
            "A.LASTUPDDTTM": row.changed_at or NEVER_TOUCHED,
        }


def values_of(field: str) -> Callable[[ReferenceData, Ask], Iterator[QueryRow]]:
    """The query over any other ChartField."""

    def rows(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
        for row in _rows(data, ask, field=field):
            yield {**_key(row), "A.DESCR": row.descr, "A.LASTUPDDTTM": row.changed_at or NEVER_TOUCHED}

    return rows


def projects(data: ReferenceData, ask: Ask) -> Iterator[QueryRow]:
    """One row a project and business unit; projects are not effective-dated, so the row is the current one."""
    units = [each for each in data.business_units.values() if ask.setid in (None, each.business_unit)]
    found = {
        (value, unit.business_unit): current_on(rows, ask.today)
        for (setid, field, value), rows in data.chart_fields.items()
        if field == "PROJECT_ID" and ask.within(value)
        for unit in units
        if unit.chartfield_setid == setid
    }
    for (value, unit_name), row in sorted(found.items(), key=lambda each: each[0]):
        if row is not None:
            yield {
                "A.BUSINESS_UNIT": unit_name,
                "A.PROJECT_ID": value,
                "A.DESCR": row.descr,
                "A.EFF_STATUS": row.status,
                "A.START_DT": row.starts,
                "A.END_DT": row.ends,
            }


def _key(row: ChartField) -> QueryRow:
    return {
        "A.SETID": row.setid,
        f"A.{row.field}": row.value,
        "A.EFFDT": row.effdt,
        "A.EFF_STATUS": row.status,
    }


def _rows(data: ReferenceData, ask: Ask, *, field: str) -> Iterator[ChartField]:
    found = sorted(
        (value, setid)
        for setid, name, value in data.chart_fields
        if name == field and ask.owns(setid) and ask.within(value)
    )
    for value, setid in found:
        rows = data.chart_fields[setid, field, value]
        changed = [each for each in rows if ask.changed(each.changed_at)]
        shown = changed if ask.since_by == "row" or not changed else rows
        yield from sorted(shown, key=lambda each: each.effdt)
