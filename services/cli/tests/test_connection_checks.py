"""`apstream connection test`: what works, what does not, and no password tried twice."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from apstream_cli.check import Check, Result
from apstream_cli.connection_checks import checks
from apstream_cli.connection_source import connection_in
from basware.testing import Canned, StubApi
from chassis.connections import Connection
from peoplesoft.testing.invented_sites import PLAIN_SITE, RENAMED_SITE, InventedSite
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway

SITE = PLAIN_SITE


def documents(site: InventedSite, origin: str) -> dict[str, bytes]:
    return {"/" + url.split("/", 3)[3]: content for url, content in site.documents(origin).items()}


def nothing_found(site: InventedSite) -> Reply:
    root = f"Find__CompIntfc__{site.ci}Response"
    return Reply(
        body=(
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            f'<{root} xmlns="{site.namespace(3)}"/></e:Body></e:Envelope>'
        ).encode()
    )


def connect(
    folder: Path,
    document: dict[str, Any],
    *,
    basware: str,
    peoplesoft: str,
    mapping: Mapping[str, Any] | None = None,
) -> Connection:
    document["basware"]["base_url"] = basware
    document["peoplesoft"] |= {"base_url": peoplesoft, "node": SITE.node}
    document["peoplesoft"]["component_interface"] = {"name": SITE.ci, "wsdl": SITE.wsdl_name}
    document["mapping"] |= mapping or {}
    file = folder / "connection.yaml"
    file.write_text(yaml.safe_dump(document))
    return connection_in(file)


async def results(connection: Connection) -> list[Check]:
    return [check async for check in checks(connection)]


async def test_a_connection_that_works_is_shown_as_such(tmp_path: Path, document: dict[str, Any]) -> None:
    async with StubApi() as api, ScriptedGateway() as gateway:
        api.script("GET", "/v1/accountingDocuments", Canned.of_json({"accountingDocuments": []}))
        gateway.documents = documents(SITE, gateway.url)
        gateway.replies.append(nothing_found(SITE))
        found = await results(connect(tmp_path, document, basware=api.url(), peoplesoft=gateway.url))
    assert [check.result for check in found[:4]] == [Result.OK] * 4, found
    assert found[4].result in {Result.OK, Result.NOTE}


async def test_each_side_is_judged_by_itself_and_each_failure_has_its_next_step(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    found = await results(
        connect(tmp_path, document, basware="http://127.0.0.1:1", peoplesoft="http://127.0.0.1:1")
    )
    assert [check.result for check in found] == [Result.FAILED, Result.FAILED, *[Result.NOT_TRIED] * 3]
    assert all(len(check.said) > 20 for check in found)
    assert not any("secret-" in check.said for check in found)


async def test_a_refused_password_is_not_tried_a_second_time(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    async with ScriptedGateway() as gateway:
        gateway.documents = documents(SITE, gateway.url)
        gateway.get_status = 401
        found = await results(
            connect(tmp_path, document, basware="http://127.0.0.1:1", peoplesoft=gateway.url)
        )
        assert len(gateway.seen) == 1
    assert found[1].result is Result.FAILED
    assert [check.result for check in found[2:]] == [Result.NOT_TRIED] * 3


async def test_a_mapping_that_the_site_does_not_take_fails_only_where_it_is_sure_to(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    rules = {
        "SURE": {"value": "x", "type": "code", "length": 5},
        "PERHAPS": {"pick": "someField", "type": "code", "length": 5},
    }
    for chosen, result in ((["PERHAPS"], Result.NOTE), (["PERHAPS", "SURE"], Result.FAILED)):
        mapping = {"header": {name: rules[name] for name in chosen}}
        async with ScriptedGateway() as gateway:
            gateway.documents = documents(SITE, gateway.url)
            gateway.replies.append(nothing_found(SITE))
            connection = connect(
                tmp_path, document, basware="http://127.0.0.1:1", peoplesoft=gateway.url, mapping=mapping
            )
            found = await results(connection)
        assert found[-1].result is result, found[-1]
        assert ("SURE" if result is Result.FAILED else "PERHAPS") in found[-1].said


async def test_an_interface_of_other_names_is_told_property_by_property(
    tmp_path: Path, document: dict[str, Any]
) -> None:
    async with ScriptedGateway() as gateway:
        there = documents(RENAMED_SITE, gateway.url)
        gateway.documents = there | {SITE.wsdl_path: there[RENAMED_SITE.wsdl_path]}
        found = await results(
            connect(tmp_path, document, basware="http://127.0.0.1:1", peoplesoft=gateway.url)
        )
    assert found[3].result is Result.FAILED
    assert "component_interface.names" in found[3].said


@pytest.mark.parametrize("arguments", [[], ["acme", "--file", __file__]])
def test_one_connection_must_be_named(cluster: Any, run: Any, arguments: list[str]) -> None:
    assert run("connection", "test", *arguments).exit_code == 2


def test_the_table_ends_with_status_1_if_anything_failed(
    run: Any, tmp_path: Path, document: dict[str, Any]
) -> None:
    file = tmp_path / "connection.yaml"
    file.write_text(yaml.safe_dump(document))
    said = run("connection", "test", "--file", str(file))
    assert said.exit_code == 1
    assert said.output.count("FAILED") == 2
