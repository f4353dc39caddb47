"""Alert rules against the typed catalogue of metrics, the code's label values and the runbooks."""

import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ap_domain.payments import ExceptionKind
from ap_domain.poll import PollKind, PollOutcome
from ap_domain.reconciliation import DifferenceKind
from apstream_cli.flow_words import FLOWS
from chassis import metrics
from chassis.ledger.entry import Phase
from ingress.web.decision import Refusal
from voucher_poster.core import calls

from tests.deploy.deployment import ROOT, Deployment

FOREIGN = {"up": ("job", "instance"), "process_start_time_seconds": ("job", "instance")}
"""Metrics that Prometheus itself and its client library add."""
TARGET = {"job", "instance"}
RECEIVER = ROOT / "services" / "ingress" / "src" / "ingress" / "web"
OPERATIONS = ROOT / "docs" / "operations.md"


def catalogue() -> Mapping[str, metrics.Metric]:
    """All metrics; the modules that define them stand in operations.md, where a test keeps them complete."""
    (command,) = re.findall(r'-c "import ([^;]+);', OPERATIONS.read_text("utf-8"))
    for module in command.split(","):
        importlib.import_module(module.strip())
    return metrics.CATALOGUE


def values_of(label: str) -> set[str] | None:
    """The values a label can have, None where they are not known beforehand."""
    match label:
        case "phase":
            return {*Phase}
        case "remote":
            return {calls.BASWARE, calls.PEOPLESOFT}
        case "flow":
            return {*FLOWS}
        case "outcome":
            return {*PollOutcome}
        case "kind":
            return {*PollKind, *ExceptionKind, *DifferenceKind}
        case "explained":
            return {"yes", "no"}
        case "reason":
            return {*Refusal, *_reasons_in_code()}
        case _:
            return None


def _reasons_in_code() -> set[str]:
    """The word that follows the connection wherever the receiver refuses or defers a webhook."""
    code = " ".join(page.read_text("utf-8") for page in RECEIVER.glob("*.py"))
    return set(re.findall(r'(?:later|refuse|count)\(\s*[\w.]+,\s*(?:\d+,\s*)?"(\w+)"', code))


def faults(deployment: Deployment) -> Iterator[str]:
    """What does not fit, in words."""
    partitions = {deployment.environment(name).get("APSTREAM_PARTITIONS") for name in deployment.services} - {
        None
    }
    services = {job["job_name"] for job in deployment.prometheus["scrape_configs"]}
    for group in deployment.alerts["groups"]:
        for rule in group["rules"]:
            yield from (f"{rule['alert']}: {fault}" for fault in _rule(rule))
            if (
                re.search("(partitions|shards)_owned", rule["expr"])
                and {rule["expr"].rpartition("< ")[2]} != partitions
            ):
                yield f"{rule['alert']}: expects other partitions than {partitions}"
            for selected in re.findall(r'job=~?"([^"]+)"', rule["expr"]):
                if unknown := {*selected.split("|")} - services:
                    yield f"{rule['alert']}: nothing is scraped as {sorted(unknown)}"


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    known: dict[str, tuple[str, ...]] = {name: each.labels for name, each in catalogue().items()} | FOREIGN
    expression = rule["expr"]
    used = [
        name for name in re.findall(r"\b[a-z_]+\b(?=[{)\[\s]|$)", expression) if "_" in name or name in known
    ]
    named = {name for name in used if name.startswith(metrics.PREFIX) or name in FOREIGN}
    if not named:
        yield "looks at no metric"
    for name in sorted(named - known.keys()):
        yield f"there is no metric {name}"
    labels = {label for name in named for label in known.get(name, ())} | TARGET
    for label, _, text in re.findall(r'(\w+)(=~|!~|!=|=)"([^"]*)"', expression):
        possible = values_of(label)
        if label not in labels:
            yield f"{sorted(named)} has no label {label}"
        elif possible is not None and (unknown := {*text.split("|")} - possible):
            yield f"{label} is never {sorted(unknown)}"
    kept = {
        label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")
    }
    yield from (f"{sorted(named)} has no label {label}" for label in sorted(kept - labels))
    for label in sorted(set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) - kept):
        yield f"the summary shows {label}, which is not kept"
    if rule["labels"]["severity"] not in {"critical", "warning"}:
        yield "has no severity"
    runbook = Path(str(rule["annotations"].get("runbook", "missing")))
    if runbook.parent != Path("docs/runbooks") or not (ROOT / runbook).is_file():
        yield f"its runbook {runbook} does not exist"


def runbooks_without_alert(deployment: Deployment) -> set[str]:
    """Runbooks that no alert leads to."""
    named = {
        rule["annotations"].get("runbook") for group in deployment.alerts["groups"] for rule in group["rules"]
    }
    return {str(page.relative_to(ROOT)) for page in (ROOT / "docs" / "runbooks").glob("*.md")} - named
