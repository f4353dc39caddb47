"""Pausing and resuming a connection's flows."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from ap_domain.desired_state import DesiredState, FlowState

STOP = DesiredState(
    connection_id="acme", flow="peoplesoft", state=FlowState.STOPPED, version=1, connection_version=1,
    reason="the password was refused", actor="voucher-poster", at=datetime(2026, 11, 22, 12, tzinfo=UTC),
)  # fmt: skip


def test_a_flow_is_paused_and_resumed_with_its_reason(cluster: Any, run: Any) -> None:
    assert run("flow", "pause", "acme", "peoplesoft", "--reason", "month end").exit_code == 0
    (word,) = cluster.words
    assert (word.flow, word.state, word.version, word.actor) == ("peoplesoft", FlowState.PAUSED, 1, "ann")
    assert word.connection_version == 1
    assert "paused by ann" in run("flow", "status", "acme").output
    assert run("flow", "resume", "acme", "peoplesoft", "--reason", "over").exit_code == 0
    assert (cluster.words[-1].state, cluster.words[-1].version) == (FlowState.RUNNING, 2)


def test_all_means_the_two_remotes_and_every_service(cluster: Any, run: Any) -> None:
    assert run("flow", "pause", "acme", "all", "--reason", "move").exit_code == 0
    assert {word.flow for word in cluster.words} == {
        "basware", "peoplesoft", "ingress-documents", "voucher-poster", "masterdata-poll", "masterdata", "payments",
    }  # fmt: skip


def test_resuming_a_stopped_flow_says_what_stopped_it_and_what_goes_first(cluster: Any, run: Any) -> None:
    cluster.words.append(STOP)
    said = run("flow", "resume", "acme", "peoplesoft", "--reason", "corrected")
    assert said.exit_code == 0
    assert "the password was refused" in said.output
    assert "One harmless call goes first" in said.output
    assert cluster.words[-1].state is FlowState.RUNNING


def test_a_stopped_flow_is_not_loosened_to_paused(cluster: Any, run: Any) -> None:
    cluster.words.append(STOP)
    said = run("flow", "pause", "acme", "peoplesoft", "--reason", "wait")
    assert "left stopped" in said.output
    assert cluster.words == [STOP]


def test_a_stop_that_a_newer_connection_made_void_is_told_as_such(cluster: Any, run: Any) -> None:
    cluster.connect(version=2)
    cluster.words.append(STOP)
    assert "void" in run("flow", "status", "acme").output
    said = run("flow", "resume", "acme", "peoplesoft", "--reason", "x")
    assert "is running already" in said.output
    assert cluster.words == [STOP]


@pytest.mark.parametrize(("state", "status"), [(FlowState.STOPPED, 1), (FlowState.PAUSED, 1)])
def test_whoever_spoke_first_wins_and_the_other_is_told(
    cluster: Any, run: Any, state: FlowState, status: int
) -> None:
    cluster.others_word = replace(STOP, state=state, reason="something else")
    said = run("flow", "pause", "acme", "peoplesoft", "--reason", "month end")
    assert said.exit_code == status
    assert "something else" in said.output


@pytest.mark.parametrize("arguments", [["nonsense"], []])
def test_a_flow_that_does_not_exist_is_wrong_usage(cluster: Any, run: Any, arguments: list[str]) -> None:
    assert run("flow", "pause", "acme", *arguments, "--reason", "x").exit_code == 2
