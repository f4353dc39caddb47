"""Master data through the command line: how it stands, what is refused, what people order."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from ap_domain.bank_details import without_account_numbers
from ap_domain.command import Action
from ap_domain.desired_state import DesiredState, FlowState
from ap_domain.masterdata.record import ImportStep
from ap_domain.poll import PollKind, PollOutcome

SECTION = {
    "time_zone": "Europe/Berlin",
    "companies": {"SHARE": ["BW00"]},
    "entities": {
        "payment_terms": {},
        "accounts": {"changes": "*/15 * * * *", "full": "30 2 * * *"},
    },
}
ACCOUNT = {"accountCode": "4711", "companies": [{"companyCode": "BW00", "active": True}]}


@pytest.fixture(autouse=True)
def with_master_data(cluster: Any) -> None:
    cluster.connect(masterdata=SECTION)


def account(code: str, **more: Any) -> dict[str, Any]:
    return {**ACCOUNT, "externalCode": code, **more}


def test_status_tells_each_entity_and_each_record_is_counted_once(cluster: Any, run: Any) -> None:
    steps = [
        None,
        ImportStep.DUE,
        ImportStep.SENT,
        ImportStep.CONFIRMED,
        ImportStep.CONFIRMED,
        ImportStep.REFUSED,
    ]
    for number, step in enumerate(steps):
        record = cluster.publish(f"SHARE_{number}", account(f"SHARE_{number}"))
        if step is not None:
            cluster.tell(record, step)
    changed = cluster.publish("SHARE_3", account("SHARE_3", accountCode="other"))
    assert changed.digest
    cluster.end_poll(PollOutcome.COMPLETE, kind=PollKind.CHANGES)
    cluster.end_poll(PollOutcome.HELD, "20 of 40 active records would be deactivated")
    shown = [json.loads(line) for line in run("masterdata", "status", "--json").output.splitlines()]
    assert [each["entity"] for each in shown] == ["payment_terms", "accounts"], "in the order of import"
    accounts = shown[1]
    assert accounts["wanted"] == 6
    assert {name: accounts[name] for name in ("pending", "asking", "refused", "confirmed")} == {
        "pending": 3, "asking": 1, "refused": 1, "confirmed": 1,
    }  # fmt: skip
    assert set(accounts["next_due"]) == {"changes", "full"}
    assert shown[0]["next_due"] == {}, "nothing is scheduled"
    said = run("masterdata", "status", "--connection", "acme").output
    assert "20 of 40 active records would be deactivated" in said
    assert "never" in said


def test_status_tells_what_holds_the_work_up_and_what_has_no_plan_any_more(cluster: Any, run: Any) -> None:
    cluster.publish("NY", account("NY"), entity="list:ACC_LIST_1")
    cluster.words.append(
        DesiredState(
            connection_id="acme", flow="masterdata-poll", state=FlowState.STOPPED, version=1, connection_version=1,
            reason="the operator was refused", actor="masterdata-poll", at=cluster.records["acme"].applied_at,
        )
    )  # fmt: skip
    said = run("masterdata", "status").output
    assert "the operator was refused" in said
    assert "apstream flow resume acme masterdata-poll" in said
    assert "not in the section" in said


def test_a_poll_that_nothing_answered_for_is_overdue(cluster: Any, run: Any) -> None:
    shown = [json.loads(line) for line in run("masterdata", "status", "--json").output.splitlines()]
    assert set(shown[1]["overdue_since"]) == {"changes", "full"}
    assert "full poll overdue since" in run("masterdata", "status").output
    long_after = cluster.records["acme"].applied_at + timedelta(days=100_000)
    for kind in PollKind:
        cluster.end_poll(PollOutcome.COMPLETE, kind=kind, due_at=long_after, started_at=long_after)
    # A result of the far future was written by a clock that was wrong.
    assert "full poll overdue since" in run("masterdata", "status").output


def test_without_a_section_there_is_nothing_to_tell(cluster: Any, run: Any) -> None:
    cluster.connect(version=2)
    assert "No connection has a section masterdata" in run("masterdata", "status").output
    said = run("masterdata", "run-now", "accounts", "--connection", "acme")
    assert said.exit_code == 1
    assert "no section masterdata" in said.output


def test_refused_records_are_listed_with_basware_s_words_and_what_to_do(cluster: Any, run: Any) -> None:
    for code, *words in (
        ("SHARE_1", "Record skipped due to wrong or missing CompanyCode"),
        ("SHARE_2", "not sent: accountNames.en-US: Basware has room for 2000 characters"),
        ("SHARE_3", "Bank account FI2112345600000785 exists already", "sent again unchanged, which Basware"),
    ):
        cluster.tell(cluster.publish(code, account(code)), ImportStep.REFUSED, *words)
    cluster.tell(cluster.publish("SHARE_9", account("SHARE_9")), ImportStep.CONFIRMED)
    shown = {
        each["external_code"]: each
        for each in map(json.loads, run("masterdata", "refused", "--json").output.splitlines())
    }
    assert set(shown) == {"SHARE_1", "SHARE_2", "SHARE_3"}
    assert shown["SHARE_1"]["source"] == "SHARE/1"
    assert "wrong or missing CompanyCode" in shown["SHARE_1"]["said"][0]
    assert "`apstream masterdata resend accounts SHARE_1 --connection acme`" in shown["SHARE_1"]["to_do"]
    assert "correct it in PeopleSoft, or masterdata.entities.accounts" in shown["SHARE_2"]["to_do"]
    assert "redistribute" in shown["SHARE_3"]["to_do"]
    table = run("masterdata", "refused", "--entity", "accounts").output
    assert "FI2112345600000785" not in table
    assert "0785" in table
    assert run("masterdata", "refused", "--entity", "suppliers").output == "Nothing is refused.\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("FI21 1234 5600 0007 85 is taken", "****7 85 is taken"),
        ("account 1234567890", "account ****7890"),
        ("SHARE_0000430022 is unknown", "SHARE_0000430022 is unknown"),
        ("vendor 0000430022 is unknown", "vendor 0000430022 is unknown"),
    ],
)
def test_account_numbers_are_not_shown_and_codes_are(text: str, shown: str) -> None:
    assert without_account_numbers(text, known=("SHARE_0000430022",)) == shown


def test_run_now_orders_a_poll_and_tells_how_it_ended(cluster: Any, run: Any) -> None:
    cluster.outcomes = [(PollOutcome.COMPLETE, ""), (PollOutcome.COMPLETE, "")]
    said = run("masterdata", "run-now", "accounts")
    assert said.exit_code == 0, said.output
    assert "changes poll complete in" in said.output
    assert run("masterdata", "run-now", "accounts", "--full", "--reason", "go-live").exit_code == 0
    commands = [order.command for order in cluster.orders]
    assert [(each.record_id, each.action) for each in commands] == [
        ("accounts", Action.RUN_NOW), ("accounts", Action.RUN_FULL),
    ]  # fmt: skip
    assert (commands[1].reason, commands[1].actor, commands[1].expected_sequence) == ("go-live", "ann", 0)


@pytest.mark.parametrize("outcome", [PollOutcome.FAILED, PollOutcome.HELD])
def test_a_poll_that_did_not_come_to_its_end_has_status_1(
    cluster: Any, run: Any, outcome: PollOutcome
) -> None:
    cluster.outcomes = [(outcome, "the gateway is away")]
    said = run("masterdata", "run-now", "accounts", "--full")
    assert said.exit_code == 1
    assert "the gateway is away" in said.output


def test_a_poll_that_takes_longer_goes_on_without_us(cluster: Any, run: Any) -> None:
    cluster.end_poll(PollOutcome.COMPLETE, "an earlier one")
    said = run("masterdata", "run-now", "accounts", "--wait", "0")
    assert said.exit_code == 0
    assert "it goes on" in said.output


def test_an_order_that_nobody_answers_is_said_to_stay(cluster: Any, run: Any) -> None:
    cluster.silent = True
    said = run("masterdata", "run-now", "accounts", "--wait", "0")
    assert said.exit_code == 1
    assert "apstream audit show --connection acme --record accounts" in " ".join(said.output.split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run-now", "suppliers"), "there are payment_terms, accounts"),
        (("run-now", "accounts", "--connection", "nobody"), "there is no connection nobody"),
        (("resend", "accounts", "--reason", "x"), "no record of accounts of acme was ever published"),
        (("accept-shrink", "accounts", "--reason", "x"), "nothing of accounts is held"),
        (("accept-shrink", "accounts", "--reason", " "), "--reason must say why"),
        (("compare", "--company", "BW77"), "serves no company BW77"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    cluster: Any, run: Any, arguments: tuple[str, ...], says: str
) -> None:
    said = run("masterdata", *arguments)
    assert said.exit_code == 1
    assert says in said.output
    assert not cluster.orders


def test_of_several_connections_one_must_be_named(cluster: Any, run: Any) -> None:
    cluster.connect("other", masterdata=SECTION)
    said = run("masterdata", "run-now", "accounts")
    assert said.exit_code == 1
    assert "acme, other" in said.output


def test_nothing_is_polled_in_shadow_mode(cluster: Any, run: Any) -> None:
    cluster.connect(version=2, masterdata=SECTION, mode="shadow")
    said = run("masterdata", "run-now", "accounts")
    assert said.exit_code == 1
    assert "shadow mode" in said.output
    assert "shadow mode" in run("masterdata", "status").output


def test_a_shrink_is_shown_before_it_is_accepted(cluster: Any, run: Any) -> None:
    cluster.end_poll(PollOutcome.HELD, "20 of 40 active records would be deactivated (SHARE_1, ...)")
    declined = run("masterdata", "accept-shrink", "accounts", "--reason", "archived", input="n\n")
    assert declined.exit_code == 1
    assert "20 of 40 active records" in declined.output
    assert not cluster.orders
    cluster.outcomes = [(PollOutcome.COMPLETE, "")]
    assert run("masterdata", "accept-shrink", "accounts", "--reason", "archived", "--yes").exit_code == 0
    assert cluster.orders[0].command.action is Action.ACCEPT_SHRINK


@pytest.mark.parametrize(
    ("arguments", "targets"),
    [
        ((), ["accounts"]),
        (("--refused",), ["accounts?refused"]),
        (("SHARE_1", "SHARE_2", "SHARE_1"), ["accounts/SHARE_1", "accounts/SHARE_2"]),
        (("SHARE_1", "SHARE_3"), ["accounts/SHARE_1"]),
    ],
)
def test_records_are_sent_again_on_command(
    cluster: Any, run: Any, arguments: tuple[str, ...], targets: list[str]
) -> None:
    for code, step in (("SHARE_1", ImportStep.REFUSED), ("SHARE_2", ImportStep.CONFIRMED)):
        cluster.tell(cluster.publish(code, account(code)), step)
    cluster.publish("SHARE_3", account("SHARE_3"))
    said = run("masterdata", "resend", "accounts", *arguments, "--reason", "BW00 is there now", "--yes")
    assert said.exit_code == 0, said.output
    assert [order.command.record_id for order in cluster.orders] == targets
    assert {order.command.action for order in cluster.orders} == {Action.RESEND}
    assert ("left out: accounts SHARE_3" in said.output) is ("SHARE_3" in arguments)


def test_a_code_that_was_never_published_is_refused(cluster: Any, run: Any) -> None:
    cluster.publish("SHARE_1", account("SHARE_1"))
    said = run("masterdata", "resend", "accounts", "4711", "--reason", "x", "--yes")
    assert said.exit_code == 1
    assert "codes are Basware's external codes" in said.output


@pytest.mark.parametrize(
    "arguments", [("resend", "accounts", "A", "--refused", "--reason", "x"), ("resend", "accounts")]
)
def test_wrong_usage_has_status_2(run: Any, arguments: tuple[str, ...]) -> None:
    assert run("masterdata", *arguments).exit_code == 2


CASE = """
- name: an account
  entity: accounts
  today: 2026-06-20
  rows: [{ACCOUNT: "000100", DESCR: Office}]
  expect:
    - {external_code: SHARE_000100, active: true, content: {accountCode: "%s"}}
"""


@pytest.mark.parametrize(("code", "status"), [("000100", 0), ("100", 1)])
def test_cases_are_run_without_secrets(
    cluster: Any, run: Any, tmp_path: Path, code: str, status: int
) -> None:
    cases, file = tmp_path / "cases.yaml", tmp_path / "acme.yaml"
    cases.write_text(CASE % code)
    file.write_text(yaml.safe_dump({"masterdata": SECTION}))
    for where in (("--connection-file", str(file)), ("--connection", "acme")):
        said = run("masterdata", "test", str(cases), *where)
        assert said.exit_code == status, said.output
        assert f"{1 - status} of 1 cases passed" in said.output
    assert run("masterdata", "test", str(cases)).exit_code == 2
