"""What README and docs name exists in the code; each variable, metric and field of a connection is told there."""

import importlib.util
import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
import typer.main
from ap_domain.mapping.voucher_mapping import VoucherMapping
from apstream_cli.main import app
from chassis import metrics, topics
from chassis.connections.model import ComponentInterfaceSection, ConnectionDocument, SecretSource
from ingress.web.settings import WebSettings
from pydantic import BaseModel
from typer.core import TyperGroup

from .pages import LEDGER, OPERATIONS, README, ROOT, STREAMS, every_page, found, spans

LEAVES = (ComponentInterfaceSection, SecretSource)
"""Parts of the connection document that are explained in one row."""
STREAM_SERVICES = {"masterdata.poll", "masterdata.importing"}
"""Modules whose names look like topics."""
TESTS_ONLY = {"APSTREAM_KILL_AT", "APSTREAM_FREEZE_AT", "APSTREAM_SEEDS", "APSTREAM_FIRST_SEED"}
FOLDERS = "libs|services|simulators|tools|schemas|tests|docs|bench"


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


@every_page
def test_nothing_of_one_machine_is_in_a_page(page: Path) -> None:
    assert re.findall(r"(?:^|[\s`(\"])/(?:work|home|root|tmp|usr)/\S*", page.read_text("utf-8")) == []
