"""What the code has of a kind is told in full: modules, topics, phases, outcomes, statuses, differences, sabotages."""

import re
from pathlib import Path

import pytest
from ap_domain.invoice_state import Step
from ap_domain.masterdata.record import ImportStep
from ap_domain.payments.status_table import status_table
from ap_domain.poll import PollOutcome
from ap_domain.reconciliation import DifferenceKind
from apstream_cli.flow_words import FLOWS
from chassis import topics
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Outcome

from .pages import ARCHITECTURE, LEDGER, OPERATIONS, PAYMENTS, README, ROOT, SIMULATION, STREAMS


@pytest.mark.parametrize("folder", [LEDGER, STREAMS], ids=lambda folder: folder.name)
def test_every_module_of_the_chassis_s_services_has_its_line(folder: Path) -> None:
    architecture = ARCHITECTURE.read_text("utf-8")
    (section,) = (each for each in architecture.split("\n## ") if f"In `{folder.relative_to(ROOT)}`" in each)
    named = set(
        re.findall(r"`([a-z_]+\.py)`", "".join(re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)))
    )
    assert {path.name for path in folder.glob("*.py") if path.name != "__init__.py"} == named


def test_every_phase_step_and_outcome_is_told() -> None:
    told = re.sub(r"[-\s]+", "_", ARCHITECTURE.read_text("utf-8"))
    assert [word for word in (*Phase, *Step, *ImportStep, *PollOutcome) if word not in told] == []
    operations = OPERATIONS.read_text("utf-8")
    assert [kind.__name__ for kind in Outcome.__args__ if kind.__name__ not in operations] == []


def test_every_flow_is_told() -> None:
    assert [flow for flow in FLOWS if f"`{flow}`" not in OPERATIONS.read_text("utf-8")] == []


def test_every_topic_of_work_is_on_the_way_of_something() -> None:
    told = ARCHITECTURE.read_text("utf-8")
    on_the_way = [
        topic.name
        for topic in topics.CATALOGUE
        if topic.partitions == "sharded" and not topic.name.startswith(("audit.", "ap."))
        if not topic.name.endswith("-changelog")
    ]
    assert [name for name in on_the_way if name not in told] == []


def test_the_readme_lists_the_topics_as_kafka_does() -> None:
    listed = re.search(r"kafka-topics --list\n((?:    \S+\n)+)", README.read_text("utf-8"))
    assert listed
    assert listed[1].split() == sorted(topic.name for topic in topics.CATALOGUE)


def test_the_table_of_payment_statuses_is_current() -> None:
    assert f"<!-- status table -->\n\n{status_table().strip()}\n\n<!--" in PAYMENTS.read_text("utf-8"), (
        "make it again with the command that stands above it"
    )


def test_every_difference_of_a_reconciliation_is_explained() -> None:
    page = PAYMENTS.read_text("utf-8")
    assert [kind for kind in DifferenceKind if f"\n| {kind} |" not in page] == []


def test_the_table_of_sabotages_is_whole() -> None:
    sabotage = (ROOT / "tests" / "simulation" / "sabotage.py").read_text("utf-8")
    names = re.findall(r'^    "([^"]+)": Sabotage\(', sabotage, flags=re.MULTILINE)
    table = re.findall(r"^\| `([^`]+)` \|", SIMULATION.read_text("utf-8"), flags=re.MULTILINE)
    assert names
    assert table == names
