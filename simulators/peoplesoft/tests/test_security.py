"""Logins: Basic and UsernameToken, wrong passwords, the lock, permissions."""

from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peoplesoft_simulator.security import Credentials, Operator, basic_credentials, log_in

WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"
FIND = {"BUSINESS_UNIT": "US001"}


def _token(password: str, *, operator: str = "APSTREAM", kind: str = TEXT) -> str:
    return (
        f'<w:Security xmlns:w="{WSSE}"><w:UsernameToken><w:Username>{operator}</w:Username>'
        f'<w:Password Type="{kind}">{escape(password)}</w:Password></w:UsernameToken></w:Security>'
    )


async def _find(caller: Any, *, basic: bool, token: str | None) -> Any:
    raw = caller.envelope("find", FIND, header="" if token is None else _token(token))
    return await caller.send(raw, operation="find", basic=basic)


@pytest.mark.parametrize(
    ("authentication", "basic", "token", "welcome"),
    [
        ("either", True, False, True),
        ("either", False, True, True),
        ("either", False, False, False),
        ("basic", True, False, True),
        ("basic", False, True, False),
        ("username_token", False, True, True),
        ("username_token", True, False, False),
        ("both", True, True, True),
        ("both", True, False, False),
        ("both", False, True, False),
    ],
)
async def test_a_site_takes_what_it_asks_for(
    caller: Any, *, authentication: str, basic: bool, token: bool, welcome: bool
) -> None:
    await caller.control("POST", "sites", {"node": "PSFT_EP", "authentication": authentication})
    answer = await _find(caller, basic=basic, token=caller.password if token else None)
    if welcome:
        assert answer.status == 200
    else:
        assert (answer.status, answer.text("StatusCode"), answer.text("MessageID")) == (500, "20", "45")
        assert answer.text("Parameter") == "ANONYMOUS"


async def test_a_wrong_password_is_a_fault_and_three_lock_the_account(caller: Any) -> None:
    for _ in range(3):
        answer = await _find(caller, basic=False, token="wrong")
        assert (answer.text("DefaultMessage") or "").endswith("(158,45)")
        assert answer.text("MessageSetID") is None
    assert (await _find(caller, basic=True, token=None)).text("MessageID") == "45"
    (operator,) = (await caller.control("GET", "sites"))["sites"][0]["operators"]
    assert (operator["locked"], operator["failures"], operator["refused_logins"]) == (True, 3, 4)

    await caller.control("POST", "operators", {"locked": False})
    assert (await _find(caller, basic=True, token=None)).status == 200


async def test_a_right_password_clears_the_count(caller: Any) -> None:
    for _ in range(3):
        await _find(caller, basic=False, token="wrong")
        await caller.control("POST", "operators", {"locked": False})
    for _ in range(2):
        await _find(caller, basic=False, token="wrong")
        assert (await _find(caller, basic=True, token=None)).status == 200


async def test_a_digest_is_not_a_password(caller: Any) -> None:
    header = _token(caller.password, kind="http://example/#PasswordDigest")
    answer = await caller.send(caller.envelope("find", FIND, header=header), operation="find", basic=False)
    assert answer.text("MessageID") == "45"


async def test_an_unknown_operator_is_told_so(caller: Any) -> None:
    header = _token("x", operator="NOBODY")
    answer = await caller.send(caller.envelope("find", FIND, header=header), operation="find", basic=False)
    assert (answer.text("DefaultMessage") or "").endswith("(158,55)")


async def test_an_operation_without_permission_is_refused(caller: Any) -> None:
    await caller.control("POST", "operators", {"operations": ["find"]})
    assert (await caller.call("find", FIND)).status == 200
    answer = await caller.create()
    assert (answer.text("DefaultMessage") or "").endswith("(158,536)")
    assert await caller.vouchers() == []


async def test_fault_status_can_be_200(caller: Any) -> None:
    await caller.control("POST", "settings/PSFT_EP", {"fault_http_status": 200})
    answer = await _find(caller, basic=False, token="wrong")
    assert (answer.status, answer.text("MessageID")) == (200, "45")


async def test_passwords_are_never_shown(caller: Any) -> None:
    assert caller.password not in str(await caller.control("GET", "sites"))
    assert "hunter2" not in repr(Operator(operator="A", password="hunter2"))
    assert "hunter2" not in repr(Credentials(operator="A", password="hunter2"))


@pytest.mark.parametrize(
    "header", [None, "", "Basic", "Basic %%%", "Bearer abc", "Basic bm9jb2xvbg==", "Basic /w=="]
)
def test_an_unreadable_basic_header_is_no_login(header: str | None) -> None:
    assert basic_credentials(header) is None


@given(tries=st.lists(st.booleans(), max_size=20), limit=st.integers(min_value=1, max_value=5))
def test_an_account_is_locked_exactly_after_that_many_failures_in_a_row(
    tries: list[bool], limit: int
) -> None:
    operators = {"A": Operator(operator="A", password="right")}
    in_a_row = 0
    for right in tries:
        locked = in_a_row >= limit
        login = log_in(
            operators,
            (Credentials(operator="A", password="right" if right else "wrong"),),
            lock_after=limit,
            now=datetime(2026, 1, 1, tzinfo=UTC),
        )
        assert login.operator is not None
        assert (login.refusal is None) == (right and not locked)
        assert right or login.refusal is not None
        operators["A"] = login.operator
        in_a_row = in_a_row if locked else (0 if right else in_a_row + 1)
        assert operators["A"].locked == (in_a_row >= limit)


async def test_a_password_expires_in_mid_run_and_a_fresh_one_helps(caller: Any) -> None:
    operator = {"node": "PSFT_EP", "operator": "APSTREAM"}
    await caller.control("POST", "operators", {**operator, "expires_in_seconds": 3600})
    assert (await caller.call("find", FIND)).status == 200
    await caller.control("POST", "clock", {"advance_seconds": 3600})
    for _ in range(4):
        expired = await caller.call("find", FIND)
        assert (expired.text("DefaultMessage") or "").endswith("(158,45)")
    (shown,) = (await caller.control("GET", "sites"))["sites"][0]["operators"]
    assert (shown["locked"], shown["failures"], shown["refused_logins"]) == (False, 0, 4)
    await caller.control("POST", "operators", {**operator, "password": caller.password})
    assert (await caller.call("find", FIND)).status == 200
