"""What README and docs name exists in the code, and what the code offers is named there."""

import ast
import importlib.util
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main
import yaml
from ap_domain.invoice_state import Step
from ap_domain.mapping.voucher_mapping import VoucherMapping
from ap_domain.masterdata import parse_masterdata
from ap_domain.masterdata.record import ImportStep
from ap_domain.payments import parse_payments
from ap_domain.payments.payments_document import DEFAULT_SECTION
from ap_domain.payments.status_table import status_table
from ap_domain.poll import PollOutcome
from ap_domain.reconciliation import DifferenceKind
from apstream_cli.flow_words import FLOWS
from apstream_cli.main import app
from chassis import metrics, topics
from chassis.connections.model import (
    ComponentInterfaceSection,
    ConnectionDocument,
    SecretSource,
    read_document,
)
from chassis.ledger.entry import Phase
from chassis.ledger.outcomes import Outcome
from ingress.web.settings import WebSettings
from pydantic import BaseModel
from typer.core import TyperGroup

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
OPERATIONS = ROOT / "docs" / "operations.md"
PAYMENTS = ROOT / "docs" / "payments.md"
SIMULATION = ROOT / "docs" / "decisions" / "0006-simulation.md"
PAGES = (README, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "tests" / "chaos" / "README.md")
LEDGER = ROOT / "libs" / "chassis" / "src" / "chassis" / "ledger"
STREAMS = LEDGER.with_name("streams")

LEAVES = (ComponentInterfaceSection, SecretSource)
"""Parts of the connection document that are explained in one row."""
STREAM_SERVICES = {"masterdata.poll", "masterdata.importing"}
"""Modules whose names look like topics."""
TESTS_ONLY = {"APSTREAM_KILL_AT", "APSTREAM_FREEZE_AT", "APSTREAM_SEEDS", "APSTREAM_FIRST_SEED"}
FOLDERS = "libs|services|simulators|tools|schemas|tests|docs|bench"

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def spans(page: Path) -> Iterator[str]:
    """What a page shows as code: `inline`, and the lines of blocks."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```[\w ]*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    prose = re.sub(r"^```[\w ]*\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"^    (\S.*)$", prose, flags=re.MULTILINE)
    yield from (" ".join(inline.split()) for inline in re.findall(r"`([^`]+)`", prose))


def found(page: Path, pattern: str) -> set[str]:
    return {match for span in spans(page) for match in re.findall(pattern, span)}


def connection_fields(model: type[BaseModel], *, under: str = "") -> Iterator[str]:
    """Every field of the connection document by its path, those of sections included."""
    for name, field in model.model_fields.items():
        path = f"{under}{name}"
        yield path
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in LEAVES:
            yield from connection_fields(kind, under=f"{path}.")


CONNECTION_FIELDS = {
    *connection_fields(ConnectionDocument),
    *(f"mapping.{setting.name}" for setting in fields(VoucherMapping)),
}
VARIABLES = {f"APSTREAM_{name.upper()}": field for name, field in WebSettings.model_fields.items()}


@every_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert found(page, r"^make ([a-z]+)") <= targets


@every_page
def test_every_apstream_command_and_option_exists(page: Path) -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, TyperGroup)
    for span in spans(page):
        for group, name, rest in re.findall(r"(?:^|/|\s)apstream ([a-z]+) ([a-z-]+)(.*)", span):
            called, options_of = command.commands[group], f"{name} {rest}"
            if isinstance(called, TyperGroup):
                called, options_of = called.commands[name], rest
            options = {each for parameter in called.params for each in parameter.opts}
            assert {*re.findall(r"--[a-z-]+", options_of)} <= options, span


@every_page
def test_every_module_that_is_run_exists(page: Path) -> None:
    for module in found(page, r"python -m ([a-z_.]+)"):
        assert importlib.util.find_spec(module) is not None, module


@every_page
def test_every_path_and_link_exists(page: Path) -> None:
    for path in found(page, rf"^((?:{FOLDERS})/[\w./-]+)"):
        assert (ROOT / path).exists(), path
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        linked = page.parent / path if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made for Markdown on the web."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_variable_exists(page: Path) -> None:
    assert found(page, r"APSTREAM_[A-Z_]+") <= {*VARIABLES} | TESTS_ONLY


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_variable_has_its_row_and_default(variable: str) -> None:
    row = next(
        line for line in OPERATIONS.read_text("utf-8").splitlines() if line.startswith(f"| `{variable}`")
    )
    field, told = VARIABLES[variable], row.split("|")[2].strip()
    if field.is_required():
        assert told == "required"
    elif field.default_factory is None:
        default = field.default
        assert told == (
            "" if default is None else f"{default:g}" if isinstance(default, float) else str(default)
        )


@every_page
def test_every_topic_and_connection_field_exists(page: Path) -> None:
    known = {topic.name for topic in topics.CATALOGUE} | CONNECTION_FIELDS | STREAM_SERVICES
    named = found(page, r"^(?:ap|audit|basware|peoplesoft|ledger|mapping|masterdata)\.[a-z_-]+$")
    files = {path.name for folder in (LEDGER, STREAMS) for path in folder.glob("*.py")}
    assert named - files <= known


@pytest.mark.parametrize("field", sorted(CONNECTION_FIELDS - {"basware", "peoplesoft", "mapping"}))
def test_every_connection_field_is_explained(field: str) -> None:
    assert f"`{field}`" in README.read_text("utf-8")


def test_the_connection_of_the_readme_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```yaml\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    assert block
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ACME_BASWARE_SECRET", "secret")
    (tmp_path / "secrets").mkdir()
    for name in re.findall(r"secrets/([\w-]+)", block[1]):
        (tmp_path / "secrets" / name).write_text("secret\n")
    assert read_document(block[1]).connection == "acme"


def test_the_master_data_of_the_readme_is_accepted() -> None:
    block = re.search(r"```yaml\n(masterdata:.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    assert block
    assert parse_masterdata(yaml.safe_load(block[1])["masterdata"]).entities


def test_the_payments_of_the_readme_are_accepted() -> None:
    block = re.search(r"```yaml\n(payments:.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    assert block
    assert parse_payments(yaml.safe_load(block[1])["payments"]).full


def test_the_sections_of_the_payments_page_are_accepted_and_say_the_defaults() -> None:
    page = PAYMENTS.read_text("utf-8").partition("## What each source can prove")[0]
    first, whole = (
        yaml.safe_load(each) for each in re.findall(r"```yaml payments\n(.*?)```", page, re.DOTALL)
    )
    assert parse_payments(first).full == first["full"]
    assert parse_payments(whole).inquiry is not None
    assert list(whole) == list(DEFAULT_SECTION), "every key is shown, in the order in which it is read"
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*?) \|$", page, flags=re.MULTILINE))
    assert list(rows) == list(DEFAULT_SECTION)
    for name, told in rows.items():
        default = DEFAULT_SECTION[name]
        if isinstance(default, str | int | list):
            assert told.strip("`[]") == (default[0] if isinstance(default, list) else str(default)), name


def test_the_table_of_payment_statuses_is_current() -> None:
    assert f"<!-- status table -->\n\n{status_table().strip()}\n\n<!--" in PAYMENTS.read_text("utf-8"), (
        "make it again with the command that stands above it"
    )


def test_every_difference_of_a_reconciliation_is_explained() -> None:
    page = PAYMENTS.read_text("utf-8")
    assert [kind for kind in DifferenceKind if f"\n| {kind} |" not in page] == []


def test_the_readme_lists_the_topics_as_kafka_does() -> None:
    listed = re.search(r"kafka-topics --list\n((?:    \S+\n)+)", README.read_text("utf-8"))
    assert listed
    assert listed[1].split() == sorted(topic.name for topic in topics.CATALOGUE)


@every_page
def test_every_metric_exists(page: Path, scraped: frozenset[str]) -> None:
    assert found(page, r"apstream_(?!cli\b|schemas\b)\w+") <= scraped


def test_the_table_of_metrics_is_current(metrics_page: str) -> None:
    assert metrics_page in OPERATIONS.read_text("utf-8"), (
        "make it again with the command that stands above it"
    )


def test_the_table_of_metrics_leaves_no_module_out() -> None:
    defining = {
        ".".join(path.with_suffix("").parts[path.parts.index("src") + 1 :])
        for folder in ("libs", "services")
        for path in (ROOT / folder).rglob("src/**/*.py")
        if path.name != "metrics.py" or path.parent.name != "chassis"
        if re.search(r"metrics\.(counter|gauge|histogram|computed)\(", path.read_text("utf-8"))
    }
    assert defining == set(re.findall(r"[a-z_]+(?:\.[a-z_]+)+", metrics_command().partition(";")[0])), (
        "the command above the table of metrics must import each module that defines some"
    )


def metrics_command() -> str:
    """The command that operations.md gives for making its table."""
    return next(span for span in spans(OPERATIONS) if "metrics.page" in span)


@pytest.fixture(scope="module")
def metrics_page() -> str:
    """The table alone. Made in a process of its own: other tests define metrics too."""
    made = subprocess.run(  # noqa: S603 - our own documented command
        shlex.split(metrics_command()), cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return made.stdout.strip().partition("\n\n")[2]


@pytest.fixture(scope="module")
def scraped(metrics_page: str) -> frozenset[str]:
    return frozenset(re.findall(rf"^\| `({metrics.PREFIX}\w+)`", metrics_page, flags=re.MULTILINE))


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


def test_the_python_of_the_architecture_page_can_run() -> None:
    block = re.search(r"```python\n(.*?)```", ARCHITECTURE.read_text("utf-8"), flags=re.DOTALL)
    assert block
    tree = ast.parse(block[1])
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom):
            module = importlib.import_module(statement.module or "")
            assert [name.name for name in statement.names if not hasattr(module, name.name)] == []


def test_the_table_of_sabotages_is_whole() -> None:
    sabotage = (ROOT / "tests" / "simulation" / "sabotage.py").read_text("utf-8")
    names = re.findall(r'^    "([^"]+)": Sabotage\(', sabotage, flags=re.MULTILINE)
    table = re.findall(r"^\| `([^`]+)` \|", SIMULATION.read_text("utf-8"), flags=re.MULTILINE)
    assert names
    assert table == names


@every_page
def test_nothing_of_one_machine_is_in_a_page(page: Path) -> None:
    assert re.findall(r"(?:^|[\s`(\"])/(?:work|home|root|tmp|usr)/\S*", page.read_text("utf-8")) == []
