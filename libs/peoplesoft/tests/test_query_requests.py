"""What goes out when a query is run, and what is refused before anything does."""

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from peoplesoft import (
    Authentication,
    ConfigurationError,
    Credentials,
    InvalidMessage,
    QueryClient,
    QueryOwner,
    QueryRequest,
    QueryRoute,
)
from peoplesoft.query_messages import execute_message
from peoplesoft.rest_queries import parameters
from peoplesoft.testing.answers import CREDENTIALS
from peoplesoft.testing.query_answers import (
    ACCOUNTS,
    ROWS,
    block_answer,
    instance_answer,
    json_answer,
    query_client,
)
from peoplesoft.testing.scripted_gateway import Reply, ScriptedGateway


async def test_a_rest_query_is_one_get_with_prompts_by_position_and_bare_commas() -> None:
    async with ScriptedGateway() as gateway, query_client(gateway) as client:
        gateway.replies.append(Reply(body=json_answer()))
        assert len([row async for row in client.rows(ACCOUNTS)]) == len(ROWS)
    (request,) = gateway.seen
    assert request.method == "GET"
    assert request.path == (
        "/PSIGW/RESTListeningConnector/PSFT_EP/ExecuteQuery.v1/public/APS_ACCOUNTS/JSON/NONFILE"
        "?isconnectedquery=N&maxrows=10&prompt_psqueryname=APS_ACCOUNTS,APS_ACCOUNTS,APS_ACCOUNTS"
        "&prompt_uniquepromptname=SETID,AFTER,SINCE&prompt_fieldvalue=SHARE,,&json_resp=true"
    )
    assert request.headers["authorization"] == CREDENTIALS.basic()


async def test_owner_node_and_the_flag_for_json_are_the_connections() -> None:
    query = QueryRequest(name="MINE", owner=QueryOwner.PRIVATE, max_rows=7)
    async with (
        ScriptedGateway() as gateway,
        query_client(gateway, node="A/B", json_flag="json_response") as client,
    ):
        gateway.replies.append(Reply(body=json_answer([], query="MINE")))
        assert [row async for row in client.rows(query)] == []
    path = gateway.seen[0].path
    assert "/RESTListeningConnector/A%2FB/ExecuteQuery.v1/private/MINE/JSON/NONFILE?" in path
    assert path.endswith("&prompt_fieldvalue=&json_response=true")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters=",\ufffe\uffff"))))
def test_values_come_back_whole_from_the_url(values: list[str]) -> None:
    prompts = tuple((f"P{number}", value) for number, value in enumerate(values))
    shown = parameters(QueryRequest(name="Q", max_rows=1, prompts=prompts), json_flag="json_resp")
    assert shown.isascii()
    assert not set(shown) & set(" #?\"<>\\'")
    sent = dict(part.split("=", 1) for part in shown.split("&"))["prompt_fieldvalue"]
    assert [unquote(value) for value in sent.split(",")] == (values or [""])


async def test_a_value_with_a_comma_is_refused_over_rest_before_anything_is_sent_and_goes_over_soap() -> None:
    query = ACCOUNTS.with_prompt("AFTER", "10,20")
    async with ScriptedGateway() as gateway, query_client(gateway) as client:
        with pytest.raises(InvalidMessage, match="prompt AFTER has a comma") as caught:
            await anext(client.rows(query))
        assert (caught.value.property_path, gateway.seen) == ("AFTER", [])
    async with ScriptedGateway() as gateway, query_client(gateway, QueryRoute.SOAP) as client:
        gateway.replies.extend([Reply(body=instance_answer()), Reply(body=block_answer())])
        assert len([row async for row in client.rows(query)]) == len(ROWS)
    assert b"<FieldValue>10,20</FieldValue>" in gateway.seen[0].body


@pytest.mark.parametrize("value", ["a\nb", "\x00", "\x7f", "\ud800", "\uffff"])
def test_a_value_with_characters_no_route_can_send_is_refused(value: str) -> None:
    with pytest.raises(InvalidMessage, match="cannot be sent"):
        QueryRequest(name="Q", max_rows=1, prompts=(("P", value),))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: QueryRequest(name="", max_rows=1),
        lambda: QueryRequest(name="A,B", max_rows=1),
        lambda: QueryRequest(name="../X", max_rows=1),
        lambda: QueryRequest(name="A" * 31, max_rows=1),
        lambda: QueryRequest(name="Q", max_rows=0),
        lambda: QueryRequest(name="Q", max_rows=1, prompts=(("A B", ""),)),
        lambda: ACCOUNTS.with_prompt("UP_TO", "9"),
    ],
)
def test_what_no_site_can_run_is_a_fault_of_the_configuration(wrong: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError):
        wrong()


async def test_rest_needs_a_node() -> None:
    async with ScriptedGateway() as gateway, query_client(gateway, node="") as client:
        with pytest.raises(ConfigurationError, match="node"):
            await anext(client.rows(ACCOUNTS))


async def test_an_operator_that_http_basic_cannot_carry_is_refused_where_it_would_be_sent() -> None:
    odd = Credentials(operator="a:b", password="x")
    token, url = Authentication.USERNAME_TOKEN, "http://gateway.invalid"
    with pytest.raises(ConfigurationError, match="colon"):
        QueryClient(base_url=url, node="N", credentials=odd, authentication=token)
    over_soap = QueryClient(
        base_url=url, node="N", credentials=odd, route=QueryRoute.SOAP, authentication=token
    )
    await over_soap.close()


def test_the_soap_message_runs_the_query_as_the_service_wants_it() -> None:
    root = etree.fromstring(execute_message(ACCOUNTS, block_kb=0))
    request = root.find(".//{*}QAS_EXEQRYSYNCPOLL_REQ")
    assert request is not None
    assert {child.tag: child.text for child in request if not len(child)} == {
        "QueryName": "APS_ACCOUNTS",
        "isConnectedQuery": "N",
        "OwnerType": "PUBLIC",
        "BlockSizeKB": "0",
        "MaxRow": "10",
        "OutResultType": "XMLP",
        "OutResultFormat": "NONFILE",
    }
    assert [[part.text for part in prompt] for prompt in root.iter("PROMPT")] == [
        ["APS_ACCOUNTS", name, value or None] for name, value in ACCOUNTS.prompts
    ]


@pytest.mark.parametrize("authentication", list(Authentication))
async def test_each_soap_call_carries_what_the_site_wants(authentication: Authentication) -> None:
    async with (
        ScriptedGateway() as gateway,
        query_client(gateway, QueryRoute.SOAP, authentication=authentication) as client,
    ):
        gateway.replies.extend(
            [Reply(body=instance_answer("i-<1>".replace("<", "&lt;"))), Reply(body=block_answer())]
        )
        assert len([row async for row in client.rows(ACCOUNTS)]) == len(ROWS)
    run, fetch = gateway.seen
    assert run.headers["soapaction"] == '"QAS_EXECUTEQRYSYNCPOLL_OPER.VERSION_1"'
    assert fetch.headers["soapaction"] == '"QAS_GETQUERYRESULTS_OPER.VERSION_2"'
    for request in gateway.seen:
        assert ("authorization" in request.headers) is authentication.uses_basic
        assert (b"UsernameToken" in request.body) is authentication.uses_username_token
    work = etree.fromstring(fetch.body).find(".//{*}PTQASWRK")
    assert work is not None
    assert [child.text for child in work] == ["1", "i-<1>"]
