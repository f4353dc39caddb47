"""What `apstream reconcile` says of a customer's day, as the demo shows it. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Of one connection: invoices compared, invoices by stage, differences that are explained by kind, and those that
    need somebody, in words.
    """

    connection: str
    compared: int
    stages: Mapping[str, int]
    explained: Mapping[str, int]
    unexplained: Sequence[str]

    @classmethod
    def of(cls, lines: Sequence[Json]) -> Self:
        """From the lines of one connection that `apstream reconcile --output json` prints."""
        (run,) = (each for each in lines if each["what"] == "run")
        differences = [each for each in lines if each["what"] == "difference"]
        stages: Counter[str] = Counter()
        for each in lines:
            if each["what"] == "count":
                stages[each["stage"]] += each["number"]
        return cls(
            connection=run["connection"],
            compared=run["compared"],
            stages=dict(stages),
            explained=dict(Counter(each["kind"] for each in differences if each["explained"])),
            unexplained=[
                f"{each['kind']}: {each['invoice_number']}: {each['words']}"
                for each in differences
                if not each["explained"]
            ],
        )

    def __str__(self) -> str:
        """One line."""
        stages = ", ".join(f"{number} {stage}" for stage, number in self.stages.items())
        explained = ", ".join(f"{number} {kind}" for kind, number in self.explained.items()) or "none"
        return f"{self.compared} invoices compared ({stages}); explained differences: {explained}"


def agreements(lines: Iterable[Json]) -> list[Agreement]:
    """Of every connection, by its id."""
    of: dict[str, list[Json]] = {}
    for each in lines:
        of.setdefault(each["connection"], []).append(each)
    return [Agreement.of(found) for _, found in sorted(of.items())]
