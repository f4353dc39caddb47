import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
import structlog
from chassis.logs import RateLimit, configure, redact
from chassis.settings import ServiceSettings

IBAN = "DE89370400440532013000"


@contextmanager
def configured(log_format: Literal["json", "console"] = "json") -> Iterator[None]:
    """Inside the test's own phase: pytest changes the root logger's handlers between the phases."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    settings = ServiceSettings(kafka_bootstrap="127.0.0.1:1", instance="i-1", log_format=log_format)
    configure(settings, service="ingress web")
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()


def test_lines_are_json_with_service_and_instance(capsys: pytest.CaptureFixture[str]) -> None:
    with configured():
        structlog.get_logger("x").info("hello", connection="acme")
        logging.getLogger("aiokafka.consumer").error("broker %s away", "b1")
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["connection"], ours["service"], ours["instance"]) == (
        "hello",
        "acme",
        "ingress web",
        "i-1",
    )
    assert (theirs["event"], theirs["level"], theirs["service"]) == ("broker b1 away", "error", "ingress web")


def test_an_exception_is_logged_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with configured():
        try:
            int("why")
        except ValueError:
            structlog.get_logger("x").exception("failed")
    (line,) = capsys.readouterr().err.splitlines()
    assert "invalid literal" in json.loads(line)["exception"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_value_of_a_program_s_variables_is_logged(
    log_format: Literal["json", "console"], capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(content: str) -> None:
        raise LookupError("a bug")

    with configured(log_format):
        try:
            fail(IBAN)
        except LookupError:
            structlog.get_logger("x").exception("failed")
    shown = capsys.readouterr().err
    assert "a bug" in shown
    assert IBAN not in shown


def test_a_broker_that_is_away_does_not_flood_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    with configured():
        for _ in range(50):
            logging.getLogger("aiokafka").error("away")
    assert len(capsys.readouterr().err.splitlines()) == 5


@pytest.mark.parametrize(
    "event",
    [
        {"client_secret": "topsecret"},
        {"Authorization": "topsecret"},
        {"headers": {"Set-Cookie": "topsecret"}},
        {"connections": [{"password": "topsecret"}]},
        {"access_token": "topsecret"},
    ],
)
def test_what_sounds_like_a_secret_is_hidden(event: dict[str, object]) -> None:
    assert "topsecret" not in str(redact(None, "info", dict(event)))


def test_what_does_not_is_shown() -> None:
    assert redact(None, "info", {"key": "acme/1", "items": [1, {"a": 2}]}) == {
        "key": "acme/1",
        "items": [1, {"a": 2}],
    }


def test_the_line_after_a_flood_says_how_many_were_held_back() -> None:
    now = [0.0]
    limit = RateLimit(burst=2, period=10, clock=lambda: now[0])

    def passes() -> str | None:
        record = logging.LogRecord("a", logging.ERROR, "f", 1, "away %s", ("b",), None)
        return record.getMessage() if limit.filter(record) else None

    assert [passes() for _ in range(5)] == ["away b", "away b", None, None, None]
    now[0] = 10
    assert passes() == "away b (3 more lines held back)"
    assert passes() == "away b"
