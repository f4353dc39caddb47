from pathlib import Path

import pytest
from apstream_cli.main import app
from typer.testing import CliRunner


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("APSTREAM_KAFKA_BOOTSTRAP", "127.0.0.1:1")
    monkeypatch.delenv("APSTREAM_KEYS_FILE", raising=False)
    monkeypatch.delenv("APSTREAM_KEYS", raising=False)
    return CliRunner()


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["topics", "plan", "--help"], ["topics", "apply", "--help"], ["connection", "apply", "--help"],
     ["connection", "list", "--help"], ["audit", "show", "--help"]],
)  # fmt: skip
def test_help_teaches(runner: CliRunner, arguments: list[str]) -> None:
    said = runner.invoke(app, arguments)
    assert said.exit_code == 0
    assert "Example" in said.output or arguments == ["--help"]


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
    "arguments", [["topics", "plan"], ["topics", "apply"], ["connection", "list"], ["audit", "show"]]
)
def test_when_kafka_is_not_there_the_command_says_so(runner: CliRunner, arguments: list[str]) -> None:
    said = runner.invoke(app, arguments)
    assert said.exit_code == 1
    assert "no Kafka at 127.0.0.1:1" in said.output
