"""What a scrape shows of connections: flows as they were said, shadow mode told apart, times of their own."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

import pytest
from ap_domain.desired_state import FlowState
from chassis.connections import (
    BaswareSide,
    ComponentInterface,
    Connection,
    ConnectionDirectory,
    PeopleSoftSide,
    Secret,
)
from chassis.desired_state import DesiredStates, DesiredStateWriter
from chassis.ledger.clock import SystemClock
from chassis.ledger.connection_picture import ConnectionPicture, FlowPicture
from chassis.ledger.flows import ConnectionFlows
from prometheus_client import CollectorRegistry, generate_latest

ACME = Connection(
    id="acme",
    version=1,
    shard=2,
    stage="test",
    basware=BaswareSide(
        base_url="https://basware.test",
        client_id="acme-client",
        client_secret=Secret("client secret"),
        company_codes=("BW00",),
        webhook_secrets=(Secret("hook secret"),),
        record_spacing=timedelta(seconds=5),
        sweep_every=timedelta(minutes=5),
    ),
    peoplesoft=PeopleSoftSide(
        base_url="https://peoplesoft.test",
        node="N",
        operator="O",
        password=Secret("password"),
        authentication="basic",
        component_interface=ComponentInterface(name="AP_VOUCHER", wsdl="W"),
        business_units=("US001",),
        settle_time=timedelta(minutes=2),
        match=("BUSINESS_UNIT",),
    ),
    mapping={},
)


class Directory:
    def __init__(self) -> None:
        self.known = [ACME]
        self.unusable: dict[str, str] = {}

    def all(self) -> tuple[Connection, ...]:
        return tuple(self.known)

    def get(self, connection_id: str) -> Connection | None:
        return next((each for each in self.known if each.id == connection_id), None)


class States:
    def __init__(self) -> None:
        self.said: dict[str, FlowState] = {}

    def state(self, connection_id: str, flow: str) -> FlowState:
        return self.said.get(flow, FlowState.RUNNING)


@dataclass
class Owner:
    partition: int


class Scene:
    """The poster, which owns shard 2, over the connections and states of the test."""

    def __init__(self) -> None:
        self.directory, self.states = Directory(), States()
        self.owners = [Owner(2)]
        self.registry = CollectorRegistry()
        directory, states = cast("ConnectionDirectory", self.directory), cast("DesiredStates", self.states)
        self.registry.register(
            FlowPicture(
                service="voucher-poster",
                remotes=("basware", "peoplesoft", "voucher-poster"),
                shards=self.shards,
                directory=directory,
                states=states,
                flows=ConnectionFlows(
                    service="voucher-poster",
                    directory=directory,
                    states=states,
                    writer=cast("DesiredStateWriter", None),
                    clock=SystemClock(),
                    pauses=lambda connection: connection.mode == "shadow",
                ),
            )
        )
        self.registry.register(ConnectionPicture(shards=self.shards, directory=directory))

    def shards(self) -> list[int]:
        return [owner.partition for owner in self.owners]

    def scrape(self) -> dict[str, float]:
        lines = generate_latest(self.registry).decode().splitlines()
        return {
            name: float(value)
            for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))
        }

    def flows(self) -> dict[str, float]:
        begin = 'apstream_flow_state{connection="acme",flow="'
        return {
            name.removeprefix(begin).removesuffix('"}'): value
            for name, value in self.scrape().items()
            if name.startswith(begin)
        }


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_each_flow_shows_what_was_said_of_it(scene: Scene) -> None:
    assert scene.flows() == {"voucher-poster": 0, "basware": 0, "peoplesoft": 0}
    scene.states.said = {"peoplesoft": FlowState.STOPPED, "voucher-poster": FlowState.PAUSED}
    assert scene.flows() == {"voucher-poster": 1, "basware": 0, "peoplesoft": 2}


def test_shadow_mode_pauses_the_service_and_is_told_apart(scene: Scene) -> None:
    assert scene.scrape()['apstream_connection_shadow{connection="acme"}'] == 0
    scene.directory.known = [replace(ACME, mode="shadow")]
    assert scene.scrape()['apstream_connection_shadow{connection="acme"}'] == 1
    assert scene.flows() == {"voucher-poster": 1, "basware": 0, "peoplesoft": 0}


def test_a_connection_shows_its_own_times(scene: Scene) -> None:
    shown = scene.scrape()
    assert shown['apstream_connection_settle_seconds{connection="acme"}'] == 120
    assert shown['apstream_connection_sweep_seconds{connection="acme"}'] == 300
    scene.directory.known = [replace(ACME, basware=replace(ACME.basware, sweep_every=None))]
    assert scene.scrape()['apstream_connection_sweep_seconds{connection="acme"}'] == 0


def test_only_the_owner_of_a_connection_shows_it_and_everyone_what_cannot_be_opened(scene: Scene) -> None:
    scene.owners = [Owner(3)]
    scene.directory.unusable = {"globex": "its key is missing"}
    assert scene.scrape() == {"apstream_connections_unusable": 1}


def test_no_secret_is_shown(scene: Scene) -> None:
    text = generate_latest(scene.registry).decode()
    assert not any(secret in text for secret in ("client secret", "hook secret", "password", "acme-client"))
