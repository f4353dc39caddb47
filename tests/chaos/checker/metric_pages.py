"""Values out of a page of metrics in Prometheus' text format, as far as ours go: no escapes in labels."""

import re
from collections.abc import Iterator, Mapping

_LINE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})?\s+(?P<value>\S+)$")
_LABEL = re.compile(r'(\w+)="([^"]*)"')


def samples(page: bytes, name: str) -> Iterator[tuple[Mapping[str, str], float]]:
    """Labels and value of each sample of a metric."""
    for line in page.decode("utf-8", "replace").splitlines():
        if line.startswith(name) and (found := _LINE.match(line)) and found["name"] == name:
            yield dict(_LABEL.findall(found["labels"] or "")), float(found["value"])
