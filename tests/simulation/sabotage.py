"""Ways to break the mechanism that the simulation must notice. Each is one rule taken away, as a patch.

`SABOTAGES` maps a name to a context manager and the weather in which it shows soonest; while it is active the
ledger runs without that rule. Some take back what the simulation itself once found missing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from . import sabotaged_ledger, sabotaged_poster
from .weather import FAIR, Weather


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """A rule taken away, the weather in which that shows soonest, and a seed in which it was seen to show."""

    without_the_rule: Callable[[], AbstractContextManager[None]]
    weather: Weather = FAIR
    seen_at: int


_LEAVING = Weather(terminate=1.0, terminations=(2, 3, 4), trouble=(0.3, 0.6), freeze=0.0, refuse=0.0)
_RIVALS = Weather(rivals=1.0, burst=1.0, refuse=1.0, refusals=0.3, trouble=(0.5,))

SABOTAGES: dict[str, Sabotage] = {
    "skip the fence": Sabotage(without_the_rule=sabotaged_ledger.without_the_fence, seen_at=10),
    "skip the owner record": Sabotage(
        without_the_rule=sabotaged_ledger.without_the_owner_record,
        weather=Weather(broker=1.0, kill=1.0, lockout=0.0, markers=(0.5, 2.0)),
        seen_at=18,
    ),
    "ignore a refused send": Sabotage(
        without_the_rule=sabotaged_ledger.ignoring_a_refused_send, weather=Weather(refuse=1.0), seen_at=0
    ),
    "skip the settle time": Sabotage(without_the_rule=sabotaged_ledger.without_the_settle_time, seen_at=3),
    "skip Find": Sabotage(without_the_rule=sabotaged_poster.without_the_find, seen_at=0),
    "publish outside the transaction": Sabotage(
        without_the_rule=sabotaged_ledger.publishing_outside_the_transaction, seen_at=0
    ),
    "move the input position first": Sabotage(
        without_the_rule=sabotaged_ledger.moving_the_position_first, weather=Weather(kill=1.0), seen_at=110
    ),
    "skip the last check before a send": Sabotage(
        without_the_rule=sabotaged_poster.sending_whatever_the_age,
        weather=Weather(
            kill=0.0,
            freeze=0.0,
            terminate=0.0,
            broker=0.0,
            outage=0.0,
            lockout=0.0,
            payments=0.0,
            foreign=0.0,
            recall=0.0,
            flows=0.0,
            versions=0.0,
            clocks=0.0,
            trouble=(0.0,),
            aim=1.0,
            aim_at="transaction.py",
            aim_freezes=1.0,
            freezes=(50.0, 55.0),
        ),
        seen_at=688,
    ),
    "forget the key of a parked doubt": Sabotage(
        without_the_rule=sabotaged_poster.forgetting_the_key_of_a_parked_doubt, weather=_RIVALS, seen_at=10
    ),
    "trust a look older than a rival's voucher": Sabotage(
        without_the_rule=sabotaged_poster.trusting_an_old_look,
        weather=Weather(rivals=1.0, burst=1.0),
        seen_at=1,
    ),
    "adopt without asking whose it is": Sabotage(
        without_the_rule=sabotaged_poster.adopting_without_asking_whose_it_is,
        weather=Weather(trouble=(0.5,)),
        seen_at=30,
    ),
    "send back without asking PeopleSoft": Sabotage(
        without_the_rule=sabotaged_poster.sending_back_without_asking, seen_at=21
    ),
    "ignore a revoked partition": Sabotage(
        without_the_rule=sabotaged_ledger.ignoring_a_revoked_partition, weather=_LEAVING, seen_at=1
    ),
    "load before the fence": Sabotage(
        without_the_rule=sabotaged_ledger.loading_before_the_fence,
        weather=Weather(freeze=1.0, freezes=(7.0, 8.0, 9.0, 10.0, 11.0), aim_freezes=1.0, refuse=0.0),
        seen_at=1,
    ),
    "act before it is durable": Sabotage(
        without_the_rule=sabotaged_ledger.acting_before_it_is_durable,
        weather=Weather(refuse=0.0, kill=1.0),
        seen_at=1047,
    ),
    "skip the spacing": Sabotage(without_the_rule=sabotaged_poster.without_the_spacing, seen_at=2),
    "an older picture wins": Sabotage(
        without_the_rule=sabotaged_poster.an_older_picture_wins, weather=Weather(payments=1.0), seen_at=0
    ),
    "obey an order for an older entry": Sabotage(
        without_the_rule=sabotaged_poster.obeying_orders_for_an_older_entry, seen_at=28
    ),
    "skip the last search": Sabotage(
        without_the_rule=sabotaged_poster.without_the_last_search,
        weather=Weather(latest=70.0, trouble=(0.6,)),
        seen_at=260,
    ),
    "forget what a refusal missed": Sabotage(
        without_the_rule=sabotaged_ledger.forgetting_what_a_refusal_missed,
        weather=Weather(
            refuse=1.0, refusals=0.5, kill=0.0, payments=1.0, recall=1.0, aim=1.0, aim_freezes=0.05
        ),
        seen_at=375,
    ),
}
