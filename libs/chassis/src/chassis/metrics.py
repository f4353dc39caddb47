"""The typed catalogue of metrics: each is made here with a help text; the page is made from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

__all__ = ["CATALOGUE", "Computed", "Metric", "computed", "counter", "gauge", "histogram", "page"]

PREFIX = "apstream_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What the page says of a metric."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...]


CATALOGUE: dict[str, Metric] = {}
"""Every metric of the modules imported so far, by its name as scraped."""


def counter(
    name: str, help_text: str, labels: Sequence[str] = (), *, registry: CollectorRegistry = REGISTRY
) -> Counter:
    """A count that only grows; ``name`` without prefix and without ``_total``."""
    _enter(Metric(name=f"{PREFIX}{name}_total", kind="counter", help=help_text, labels=tuple(labels)))
    return Counter(PREFIX + name, help_text, labels, registry=registry)


def gauge(
    name: str, help_text: str, labels: Sequence[str] = (), *, registry: CollectorRegistry = REGISTRY
) -> Gauge:
    """A value that goes up and down; the unit is the end of the name (``_seconds``, ``_bytes``)."""
    _enter(Metric(name=PREFIX + name, kind="gauge", help=help_text, labels=tuple(labels)))
    return Gauge(PREFIX + name, help_text, labels, registry=registry)


def histogram(
    name: str,
    help_text: str,
    labels: Sequence[str] = (),
    *,
    buckets: Sequence[float],
    registry: CollectorRegistry = REGISTRY,
) -> Histogram:
    """A distribution; ``buckets`` are upper bounds in the unit that ends the name."""
    _enter(Metric(name=PREFIX + name, kind="histogram", help=help_text, labels=tuple(labels)))
    return Histogram(PREFIX + name, help_text, labels, buckets=buckets, registry=registry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """A gauge without memory: a collector computes it at each scrape."""

    metric: Metric

    def of(self, values: Iterable[tuple[tuple[str, ...], float]]) -> GaugeMetricFamily:
        """The gauge with these values, each by its labels in the order of the catalogue."""
        family = GaugeMetricFamily(self.metric.name, self.metric.help, labels=self.metric.labels)
        for labels, value in values:
            family.add_metric([str(label) for label in labels], value)
        return family


def computed(name: str, help_text: str, labels: Sequence[str] = ()) -> Computed:
    """A gauge for a collector, which registers itself; named like any other."""
    metric = Metric(name=PREFIX + name, kind="gauge", help=help_text, labels=tuple(labels))
    _enter(metric)
    return Computed(metric=metric)


def page(metrics: Iterable[Metric]) -> str:
    """A Markdown page of the metrics, by name."""
    lines = ["# Metrics", "", "| metric | kind | labels | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{metric.name}` | {metric.kind} | {', '.join(metric.labels) or '-'} | {metric.help} |"
        for metric in sorted(metrics, key=lambda metric: metric.name)
    ]
    return "\n".join(lines) + "\n"


def _enter(metric: Metric) -> None:
    if metric.name in CATALOGUE:
        raise ValueError(f"the metric {metric.name} is defined twice")
    CATALOGUE[metric.name] = metric
