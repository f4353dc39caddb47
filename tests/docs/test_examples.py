"""What the pages show for copying is accepted by the code that reads it."""

import ast
import importlib
import re
from pathlib import Path

import pytest
import yaml
from ap_domain.masterdata import parse_masterdata
from ap_domain.payments import parse_payments
from ap_domain.payments.payments_document import DEFAULT_SECTION
from chassis.connections.model import read_document

from .pages import ARCHITECTURE, PAYMENTS, README


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


def test_the_python_of_the_architecture_page_can_run() -> None:
    block = re.search(r"```python\n(.*?)```", ARCHITECTURE.read_text("utf-8"), flags=re.DOTALL)
    assert block
    tree = ast.parse(block[1])
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom):
            module = importlib.import_module(statement.module or "")
            assert [name.name for name in statement.names if not hasattr(module, name.name)] == []
