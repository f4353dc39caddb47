"""What an act may meet while everything is broken on purpose, and what is certain then."""

import re

import aiohttp
from chassis.errors import NotDurable
from devstack.errors import DevstackError, Refused

from tests.chaos.operations import NotDone


class Held(Exception):
    """Nothing may go wrong at the customer's vendors for now: a probe is under way, or all comes to rest."""


AWAY = (NotDone, Held, DevstackError, aiohttp.ClientError, NotDurable, TimeoutError, OSError)
"""What a story may meet at any act: somebody is away or says no. It ends there; the history has how far it came."""
_ANSWERED_NO = re.compile(r": 4\d\d ")
_OWNER_SAID_NO = "refused by their owner"


def certainly_not_done(error: Refused) -> bool:
    """Nobody listened, or it was answered with a refusal; a lost answer and an error within are neither."""
    if error.__cause__ is not None:
        return isinstance(error.__cause__, aiohttp.ClientConnectorError)
    return bool(_ANSWERED_NO.search(str(error))) or _OWNER_SAID_NO in str(error)
