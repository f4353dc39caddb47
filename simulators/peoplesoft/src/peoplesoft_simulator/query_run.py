"""One run of a query: its prompts read, its rows found and cut as PeopleSoft cuts them, silently."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from peoplesoft_simulator.query import Ask, QueryRow, Tables
from peoplesoft_simulator.query_catalogue import SiteQuery
from peoplesoft_simulator.query_setup import PromptRole

CANONICAL: Mapping[PromptRole, str] = {
    "setid": "SETID",
    "after": "AFTER",
    "up_to": "UP_TO",
    "since": "SINCE",
    "from_day": "FROM_DAY",
    "to_day": "TO_DAY",
}
"""Names of the prompts in the log and in `where` of a fault, whatever the site calls them."""
_LONGEST = 254


class QueryRefused(Exception):
    """The query cannot be run as asked; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One prompt as it was sent: for which query, under which name, with which value."""

    query: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRun:
    """What is to be run. `max_rows` 0 is no limit; `columns` are the only ones wanted, empty for all."""

    query: SiteQuery
    prompts: Sequence[Prompt]
    max_rows: int
    columns: frozenset[str] = frozenset()

    def asked(self) -> dict[str, str]:
        """The prompts that are known by their canonical names."""
        roles = self.query.prompts
        return {CANONICAL[roles[each.name]]: each.value for each in self.prompts if each.name in roles}

    def rows(self, tables: Tables, *, now: datetime, cap: int | None) -> Iterator[QueryRow]:
        """The rows, sorted by key, no more than asked for and no more than the operator's cap.

        Raises:
            QueryRefused: a prompt is missing, unknown, given twice, of another query, or not a value.
        """
        found = self.query.query.rows(tables, self._ask(now))
        limits = [each for each in (self.max_rows, cap) if each]
        shaped = (self._shaped(row) for row in found)
        return islice(shaped, min(limits)) if limits else shaped

    def _shaped(self, row: QueryRow) -> QueryRow:
        setup = self.query.setup
        if not (setup.extra or setup.omitted or self.columns):
            return row
        return {
            name: value
            for name, value in {**row, **setup.extra}.items()
            if name not in setup.omitted and (not self.columns or name in self.columns)
        }

    def _ask(self, now: datetime) -> Ask:
        roles = self.query.prompts
        values: dict[PromptRole, str] = {}
        for each in self.prompts:
            if each.query != self.query.name:
                raise QueryRefused(f"prompt {each.name} is of query {each.query}")
            if each.name not in roles:
                raise QueryRefused(f"there is no prompt {each.name}")
            if roles[each.name] in values:
                raise QueryRefused(f"prompt {each.name} is given twice")
            if len(each.value) > _LONGEST:
                raise QueryRefused(f"the value of prompt {each.name} is too long")
            values[roles[each.name]] = each.value.strip()
        missing = [name for name, role in roles.items() if role not in values]
        if missing:
            raise QueryRefused(f"no value slot for prompt {', '.join(missing)}")
        return Ask(
            setid=values.get("setid"),
            today=now.date(),
            after=values.get("after", ""),
            up_to=values.get("up_to", ""),
            since=_instant(values.get("since", "")),
            since_by=self.query.setup.since_by,
            from_day=_day(values.get("from_day", "")),
            to_day=_day(values.get("to_day", "")),
        )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise QueryRefused(f"{text} is not a date") from wrong


def _instant(text: str) -> datetime | None:
    """A date-time of a prompt, local to the database, which keeps UTC here."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise QueryRefused(f"{text} is not a date-time") from wrong
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
