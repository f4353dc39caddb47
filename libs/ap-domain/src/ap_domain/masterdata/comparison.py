"""What Basware holds beside what it should hold: record by record, told apart by what can be done about it. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ap_domain.masterdata.canonical_json import read_json
from ap_domain.masterdata.record_difference import FieldDifference, differences

__all__ = ["Comparison", "Finding", "Verdict", "Wanted", "companies_in", "is_pickable"]

ALL = ""
"""Stands for all companies together in counts."""


class Verdict(StrEnum):
    """How one record came out."""

    SAME = "same"
    MISSING = "missing"
    """Active in PeopleSoft, and Basware does not have it."""
    DIFFERENT = "different"
    EXTRA = "extra"
    """Coders may pick it, and it was never published from here: PeopleSoft does not have it, or had it inactive since
    before it was first read. It is never deleted or deactivated by us."""
    WAITING = "waiting"
    """Still on its way, so nothing can be said of it."""
    REFUSED = "refused"
    """Basware, or a rule of it, said no, and nothing changed since."""


DIFFERENCES = (Verdict.MISSING, Verdict.DIFFERENT, Verdict.EXTRA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One record as it was published last. ``verdict`` WAITING or REFUSED: it need not be in Basware as it is."""

    content: str = field(repr=False)
    active: bool = True
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One record that is not as it should be."""

    external_code: str
    verdict: Verdict
    companies: tuple[str, ...]
    fields: tuple[FieldDifference, ...] = ()


class Comparison:
    """One entity of one connection. What Basware has is handed over record by record, then `end` is called once.

    ``company`` limits it to the records of one of Basware's companies. Of the records that Basware has beyond ours
    only those count that coders of ``companies`` may pick and whose code begins with ``prefix``: others are another
    system's.
    """

    def __init__(
        self,
        wanted: Mapping[str, Wanted],
        *,
        companies: Sequence[str] = (),
        company: str | None = None,
        prefix: str = "",
    ) -> None:
        self.findings: dict[str, Finding] = {}
        self._wanted = wanted
        self._served = frozenset(companies)
        self._company = company
        self._prefix = prefix
        self._met: set[str] = set()
        self._counts: Counter[tuple[str, Verdict]] = Counter()

    def meet(self, external_code: str, content: Mapping[str, Any]) -> None:
        """One record that Basware has."""
        wanted = self._wanted.get(external_code)
        if wanted is None:
            self._extra(external_code, content)
            return
        self._met.add(external_code)
        if wanted.verdict is None and wanted.content:
            sent = read_json(wanted.content)
            found = differences(sent, content)
            verdict = Verdict.DIFFERENT if found else Verdict.SAME
            self._say(external_code, verdict, companies_in(sent) or companies_in(content), found)
        elif wanted.verdict is not None:
            self._say(external_code, wanted.verdict, companies_in(content))

    def end(self) -> None:
        """Nothing more comes: what was not met is missing. Inactive records need not be there."""
        for code, wanted in self._wanted.items():
            if code in self._met or not (wanted.active or wanted.verdict):
                continue
            companies = companies_in(read_json(wanted.content)) if wanted.content else ()
            if self._company is None or self._company in companies:
                self._say(code, wanted.verdict or Verdict.MISSING, companies)

    def settle(self, moved: Callable[[str], bool]) -> None:
        """Takes back differences of records that moved on while they were compared: those are waiting."""
        for code, finding in list(self.findings.items()):
            if moved(code):
                self._count(finding.verdict, finding.companies, by=-1)
                del self.findings[code]
                self._count(Verdict.WAITING, finding.companies)

    def count(self, verdict: Verdict, *, company: str = ALL) -> int:
        """How many records came out like this, of one company or altogether."""
        return self._counts[company, verdict]

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies that any record was of."""
        return tuple(sorted({company for company, _ in self._counts if company}))

    def found(self, verdict: Verdict) -> Iterator[Finding]:
        """The records that came out like this; only of differences."""
        return (each for each in self.findings.values() if each.verdict is verdict)

    def _extra(self, code: str, content: Mapping[str, Any]) -> None:
        companies = companies_in(content)
        foreign = self._served and companies and not self._served & set(companies)
        if code.startswith(self._prefix) and is_pickable(content) and not foreign:
            self._say(code, Verdict.EXTRA, companies)

    def _say(
        self,
        code: str,
        verdict: Verdict,
        companies: tuple[str, ...],
        fields: tuple[FieldDifference, ...] = (),
    ) -> None:
        if verdict in DIFFERENCES:
            self.findings[code] = Finding(
                external_code=code, verdict=verdict, companies=companies, fields=fields
            )
        self._count(verdict, companies)

    def _count(self, verdict: Verdict, companies: tuple[str, ...], *, by: int = 1) -> None:
        for company in (ALL, *companies):
            if company == ALL or self._company in (None, company):
                self._counts[company, verdict] += by


def companies_in(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The companies whose coders a record is for, each once."""
    codes = (each.get("companyCode") for each in content.get("companies") or () if isinstance(each, Mapping))
    return tuple(dict.fromkeys(str(code) for code in codes if code))


def is_pickable(content: Mapping[str, Any]) -> bool:
    """Whether coders of any company can pick the record (P2P OpenAPI 26.06: `active` is true unless it is given)."""
    status = content.get("processingStatus")
    if isinstance(status, Mapping) and status.get("active") is False:
        return False
    companies = [each for each in content.get("companies") or () if isinstance(each, Mapping)]
    return not companies or any(each.get("active") is not False for each in companies)
