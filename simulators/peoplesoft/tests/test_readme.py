"""The page about the control API names every address, fault and switch there is."""

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

from peoplesoft_simulator.clerk import Action
from peoplesoft_simulator.control import Control
from peoplesoft_simulator.faults import AFTER_PROCESSING, DELAYS, FaultKind, RowFaultKind
from peoplesoft_simulator.master_data_control import MasterDataControl
from peoplesoft_simulator.payment_bodies import PaymentActName
from peoplesoft_simulator.payment_control import PaymentControl
from peoplesoft_simulator.query_catalogue import DELIVERED
from peoplesoft_simulator.query_setup import QuerySetup
from peoplesoft_simulator.site import Settings, Site
from peoplesoft_simulator.voucher_control import VoucherControl
from peoplesoft_simulator.world import World

PARTS = (Control, MasterDataControl, PaymentControl, VoucherControl)
PAGE = (Path(__file__).parents[1] / "README.md").read_text()
FAULT_ROWS = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|.*\| (yes|no|) *\|$", PAGE, flags=re.MULTILINE)
SAVED = {kind: saved for names, saved in FAULT_ROWS for kind in re.findall(r"\w+", names)}


async def test_every_address_is_named(tmp_path: Path) -> None:
    world = await World.open(tmp_path, seed=1)
    routes = [each for part in PARTS for each in part(world).routes()]
    await world.close()
    rows = PAGE.splitlines()
    for route in routes:
        short = re.escape(route.path.removeprefix("/control"))
        naming = [row for row in rows if re.search(rf"(?:/control|`){short}[` ]", row)]
        assert any(route.method in row for row in naming), f"{route.method} {route.path}"


def test_every_fault_has_a_row_that_says_whether_the_voucher_is_saved() -> None:
    assert set(SAVED) == set(get_args(FaultKind))
    commits = AFTER_PROCESSING | DELAYS
    assert {kind for kind, saved in SAVED.items() if saved == "yes"} == commits - {"found_nothing"}


def test_every_fault_of_rows_and_every_query_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {*get_args(RowFaultKind), *DELIVERED} <= named


def test_every_act_switch_and_part_of_a_site_is_named() -> None:
    words = set(re.findall(r"\w+", PAGE))
    known = {
        *get_args(Action),
        *get_args(PaymentActName),
        *(each.name for each in (*fields(Settings), *fields(Site), *fields(QuerySetup))),
    }
    assert known <= words
