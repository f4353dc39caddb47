"""`apstream payments test`, and the same in `connection test`: each query by itself, no password tried twice."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from apstream_cli.check import Check, Result
from apstream_cli.connection_source import connection_in
from apstream_cli.payments_checks import PAYMENT_FIELDS, VOUCHER_FIELDS, payments_checks
from peoplesoft.testing.query_answers import json_answer
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

SECTION = {"time_zone": "Europe/Berlin"}


def rows(query: str, *fields: str) -> Reply:
    return Reply(body=json_answer([{f"A.{name}": "x" for name in fields}] if fields else [], query=query))


async def found(
    folder: Path, document: dict[str, Any], *replies: Reply, possible: bool = True, **section: Any
) -> tuple[list[Check], ScriptedGateway]:
    async with ScriptedGateway() as gateway:
        gateway.replies.extend(replies)
        document["payments"] = SECTION | section
        document["peoplesoft"]["base_url"] = gateway.url
        file = folder / "connection.yaml"
        file.write_text(yaml.safe_dump(document))
        return [check async for check in payments_checks(connection_in(file), possible=possible)], gateway


async def test_each_query_is_run_for_one_row_with_its_prompts(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    checks, gateway = await found(
        tmp_path,
        document,
        rows("APS_VOUCHERS", *VOUCHER_FIELDS),
        rows("APS_VOUCHER_PAYMENTS", *(name for name in PAYMENT_FIELDS if name != "WTHD_AMT")),
        rows("APS_VOUCHERS_ENTERED"),
    )
    assert [check.result for check in checks] == [Result.OK, Result.FAILED, Result.NOTE], checks
    assert "gives no WTHD_AMT" in checks[1].said
    assert "section payments" in checks[1].said
    asked = [seen.path for seen in gateway.seen]
    assert all("maxrows=1" in path.lower() and "US001" in path for path in asked)
    assert ["SINCE" in path for path in asked] == [True, True, False]
    assert ["FROM_DAY" in path for path in asked] == [False, False, True]


async def test_a_site_without_the_prompt_of_changes_is_asked_without_it(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    replies = [rows(name) for name in ("V", "P", "E")]
    queries = {"vouchers": "V", "payments": "P", "entered": "E"}
    checks, gateway = await found(
        tmp_path, document, *replies, queries=queries, prompts={"since": None}, changes=None
    )
    assert [check.result for check in checks] == [Result.NOTE] * 3, checks
    assert not any("SINCE" in seen.path for seen in gateway.seen)


async def test_a_refused_operator_is_not_tried_a_second_time(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    checks, gateway = await found(tmp_path, document, Reply(status=401, body=b""))
    assert [check.result for check in checks] == [Result.FAILED, Result.NOT_TRIED, Result.NOT_TRIED]
    assert len(gateway.seen) == 1


async def test_where_signing_on_fails_nothing_more_is_tried(tmp_path: Path, document: dict[str, Any]) -> None:
    inquiry: dict[str, Any] = {
        "sources": ["query", "inquiry"],
        "inquiry": {"root": "RESTListeningConnector/PSFT_EP/E.v1"},
    }
    checks, gateway = await found(tmp_path, document, possible=False, **inquiry)
    assert [check.result for check in checks] == [Result.NOT_TRIED] * 4
    assert not gateway.seen


async def test_the_inquiry_is_asked_where_it_is_a_source(tmp_path: Path, document: dict[str, Any]) -> None:
    replies = [rows(name) for name in ("APS_VOUCHERS", "APS_VOUCHER_PAYMENTS", "APS_VOUCHERS_ENTERED")]
    inquiry: dict[str, Any] = {
        "sources": ["query", "inquiry"],
        "inquiry": {"root": "RESTListeningConnector/PSFT_EP/E.v1"},
    }
    checks, gateway = await found(tmp_path, document, *replies, Reply(status=404, body=b"{}"), **inquiry)
    assert checks[-1].what == "PeopleSoft: eSettlements payment inquiry"
    assert checks[-1].result is Result.FAILED
    assert gateway.seen[-1].path.endswith("E.v1/esfetchpaymentinquiry")


@pytest.mark.parametrize("command", [("connection", "test", "--file"), ("payments", "test")])
def test_the_commands_show_them(
    tmp_path: Path, document: dict[str, Any], run: Any, command: tuple[str, ...]
) -> None:
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(document | {"payments": SECTION}))
    said = run(*command, str(file))
    assert said.exit_code == 1
    assert "query APS_VOUCHER_PAYMENTS (payments)" in said.output


def test_a_document_without_a_section_is_refused(tmp_path: Path, document: dict[str, Any], run: Any) -> None:
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(document))
    said = run("payments", "test", str(file))
    assert said.exit_code == 1
    assert "no section payments" in said.output
