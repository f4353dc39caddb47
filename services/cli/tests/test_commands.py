import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from apstream_cli.groups import GROUPS
from apstream_cli.main import app
from typer.core import TyperGroup
from typer.testing import CliRunner


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.delenv("APSTREAM_KEYS_FILE", raising=False)
    monkeypatch.delenv("APSTREAM_KEYS", raising=False)
    return CliRunner()


def every_command() -> list[tuple[str, str]]:
    groups = typer.main.get_command(app)
    assert isinstance(groups, TyperGroup)
    return [
        (group, name)
        for group, commands in groups.commands.items()
        if isinstance(commands, TyperGroup)
        for name in commands.commands
    ]


@pytest.mark.parametrize(("group", "name"), every_command())
def test_the_help_of_every_command_teaches_by_example(runner: CliRunner, group: str, name: str) -> None:
    said = runner.invoke(app, [group, name, "--help"])
    assert said.exit_code == 0
    assert f"apstream {group} {name}" in " ".join(said.output.split())


def test_the_help_names_every_group_and_the_exit_status(runner: CliRunner) -> None:
    said = runner.invoke(app, ["--help"]).output
    assert all(group in said for group in GROUPS)
    assert "Exit status" in said


UNLOADED = """
import sys
from apstream_cli.main import app
app(["topics", "--help"], standalone_mode=False)
print([name for name in ("apstream_cli.mapping", "peoplesoft", "confluent_kafka") if name in sys.modules])
"""


def test_a_group_is_imported_only_when_it_is_asked_for() -> None:
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-c", UNLOADED], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments", [[], ["topics"], ["nonsense"], ["connection", "apply", "/no/such/file"]]
)
def test_wrong_usage_has_status_2(runner: CliRunner, arguments: list[str]) -> None:
    assert runner.invoke(app, arguments).exit_code == 2


def test_missing_settings_have_status_2_and_are_named(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("APSTREAM_KAFKA_BOOTSTRAP")
    said = runner.invoke(app, ["connection", "list"])
    assert said.exit_code == 2
    assert "APSTREAM_KAFKA_BOOTSTRAP" in said.output


def test_a_bad_document_is_refused_with_every_reason_and_status_1(runner: CliRunner, tmp_path: Path) -> None:
    file = tmp_path / "a connection.yaml"
    file.write_text("connection: Acme\nstage: test\nbasware: {stage: production}\n")
    said = runner.invoke(app, ["connection", "apply", str(file)])
    assert said.exit_code == 1
    assert said.output.count("refused: ") > 5
    assert "must not be mixed" in said.output


@pytest.mark.parametrize(
    "arguments",
    [
        ["topics", "plan"],
        ["topics", "apply"],
        ["connection", "list"],
        ["audit", "show"],
        ["parked", "list"],
        ["parked", "discard", "1", "--reason", "x"],
        ["invoice", "show", "1"],
        ["flow", "status"],
        ["flow", "pause", "acme", "all", "--reason", "x"],
        ["mapping", "show", "a"],
        ["connection", "test", "acme"],
        ["masterdata", "status"],
        ["masterdata", "refused"],
        ["masterdata", "run-now", "suppliers"],
        ["masterdata", "resend", "suppliers", "--reason", "x"],
        ["masterdata", "compare"],
        ["payments", "status"],
        ["payments", "list"],
        ["payments", "show", "1"],
        ["payments", "exceptions"],
        ["payments", "run-now", "acme"],
        ["payments", "backfill", "acme", "--from", "2026-01-01"],
        ["voucher", "link", "1", "--business-unit", "US001", "--voucher", "00012345", "--reason", "x"],
    ],
)
def test_when_kafka_is_not_there_the_command_says_so(runner: CliRunner, arguments: list[str]) -> None:
    said = runner.invoke(app, arguments)
    assert said.exit_code == 1
    assert "no Kafka at 127.0.0.1:1" in said.output
