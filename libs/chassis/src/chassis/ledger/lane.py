"""One connection's calls to one remote: how many at once, and when not at all.

A lane holds keys of records whose call is due. It knows nothing of entries; its owner starts the calls.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from ap_domain.desired_state import FlowState
from chassis.ledger.outcomes import InDoubt, NotSent, Outcome, Parked, Rejected, Retry, Stopped
from chassis.ledger.policy import Policy

_FORGETTING = 0.8
_SHORT = 0.5
"""A call is short that takes up to this share of `Policy.send_age`: one may be waited for before a send."""


class Lane:
    """Bounded concurrency, a circuit with one canary, a hold while throttled, a stop when refused.

    Until the remote has answered once, one call goes at a time: a wrong password is tried once, not many times at
    once. A place is taken by a call under way and by nothing else: while it is decided what follows from an answer,
    another record's call runs in it. A call that must be sent soon after it was decided upon goes first, or is turned
    away where the lane takes none. So that it waits for one short call at most, no more records than places are ahead
    of the places, and none while calls take long.

    `start` is called with a key that may run now, `turned_away` with one that may not go first; neither may raise.
    `probe` is called when a canary is wanted; what it finds comes back through `probed`. Nothing here waits.
    """

    def __init__(
        self,
        *,
        width: Callable[[], int],
        policy: Policy,
        flow: Callable[[], FlowState],
        start: Callable[[str], None],
        goes_on_when_paused: Callable[[str], bool],
        turned_away: Callable[[str], None],
        probe: Callable[[], None],
    ) -> None:
        self._width = width
        self._policy = policy
        self._flow = flow
        self._start = start
        self._goes_on = goes_on_when_paused
        self._turned_away = turned_away
        self._probe = probe
        self._first: OrderedDict[str, None] = OrderedDict()
        self._due: OrderedDict[str, None] = OrderedDict()
        self._held: dict[str, None] = {}
        self._busy: set[str] = set()
        self._undecided: set[str] = set()
        self._slowest = 0.0
        self._failures = 0
        self._cooldown = policy.circuit_cooldown
        self._proven = False
        self._open = False
        self._throttled = False
        self._refused = False
        self._was_stopped = False
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether the circuit is open: no call goes out but the canary."""
        return self._open

    @property
    def is_throttled(self) -> bool:
        """Whether it is open because the remote asked to be left alone; the canary that follows ends that."""
        return self._open and self._throttled

    @property
    def waiting(self) -> int:
        """Records that are due and wait for this lane."""
        return len(self._first) + len(self._due) + len(self._held)

    def offer(self, key: str) -> None:
        """The record's call is due. Offered again it keeps its turn, but a pause may hold it no longer."""
        self._first.pop(key, None)
        self._held.pop(key, None)
        self._due.setdefault(key)
        self.pump()

    def offer_first(self, key: str) -> None:
        """The record's call was decided upon and must be sent soon or not at all: before all that is merely due."""
        self._due.pop(key, None)
        self._held.pop(key, None)
        self._first.setdefault(key)
        self.pump()

    def withdraw(self, key: str) -> None:
        """The record that was offered and has not started wants nothing of this lane any more."""
        self._first.pop(key, None)
        self._held.pop(key, None)
        self._due.pop(key, None)

    def answered(self, key: str) -> None:
        """The record's call is over and its place free; what follows, perhaps at once, is not decided yet."""
        self._undecided.add(key)
        self.finished(key)

    def decided(self, key: str) -> None:
        """It is decided what follows from the record's call, and offered already if that is due."""
        self._undecided.discard(key)
        self.pump()

    def finished(self, key: str) -> None:
        """The record gave its place back, and nothing follows at once."""
        self._busy.discard(key)
        self.pump()

    def took(self, seconds: float) -> None:
        """How long a call kept its place. A long one counts at once, and less with each that follows."""
        self._slowest = max(seconds, self._slowest * _FORGETTING)

    def learn(self, outcome: Outcome) -> None:
        """What the end of a call says about the remote: nothing if it was not asked."""
        match outcome:
            case NotSent() | Rejected(asked=False) | Parked(asked=False) | Retry(asked=False):
                pass
            case Retry(lane=True, after=after):
                self.hold(after or self._policy.circuit_cooldown)
            case Retry(blame=True) | InDoubt():
                self.failed()
            case Stopped():
                self.refused()
            case _:
                self.succeeded()

    def succeeded(self) -> None:
        """The remote answered, whatever it said about the record."""
        self._failures = 0
        self._proven = True

    def failed(self) -> None:
        """The remote did not answer or could not serve."""
        self._failures += 1
        if self._failures >= self._policy.circuit_failures and not self._open:
            self._open_for(self._policy.circuit_cooldown)

    def hold(self, seconds: float) -> None:
        """Throttled: nothing for so long, then the canary first."""
        self._open_for(min(seconds, self._policy.hold_longest))
        self._throttled = True

    def refused(self) -> None:
        """The remote refuses us as such. Nothing more goes out until the flow was stopped and runs again."""
        self._refused = True
        self._proven = False
        self.pump()

    def stop_told(self) -> None:
        """Every service can know of the stop, or it was void: the canary finds out which, after the cool-down."""
        if self._refused:
            self._refused = False
            self._open_for(self._policy.circuit_cooldown)

    def probed(self, *, answers: bool) -> None:
        """What the canary found. A hold that began while it was out stays, with a canary of its own."""
        if self._timer is not None:
            return
        if answers:
            self._open = False
            self._proven = True
            self._failures = 0
            self._cooldown = self._policy.circuit_cooldown
            self.pump()
        else:
            self._open_for(min(self._cooldown * 2, self._policy.circuit_longest))

    def flow_changed(self, *, connection_changed: bool = False) -> None:
        """The desired state or the connection changed: after a stop or a refusal the canary goes first."""
        self._due.update(self._held)
        self._held.clear()
        if connection_changed:
            self._proven = False
        if self._flow() is FlowState.STOPPED:
            self._was_stopped = True
            self._refused = False
        elif self._was_stopped or (self._refused and connection_changed):
            self._was_stopped = self._refused = False
            self._open_for(0.0)
        self.pump()

    def close(self) -> None:
        """Start nothing more."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self.pump()

    def pump(self) -> None:
        """Start what may start; turn away what may not go first."""
        while self._first and (len(self._busy) < self._places or not self._takes_calls):
            key, _ = self._first.popitem(last=False)
            if self._takes_calls:
                self._busy.add(key)
                self._start(key)
            else:
                self._was_stopped |= self._flow() is FlowState.STOPPED
                self._turned_away(key)
        while self._due and not self._closed and not self._open and not self._refused and self._has_room:
            state = self._flow()
            if state is FlowState.STOPPED:
                self._was_stopped = True
                return
            key, _ = self._due.popitem(last=False)
            if state is FlowState.PAUSED and not self._goes_on(key):
                self._held[key] = None
                continue
            self._busy.add(key)
            self._start(key)

    @property
    def _takes_calls(self) -> bool:
        """Whether a call may go out that changes something."""
        return not self._closed and not self._refused and not self._open and self._flow() is FlowState.RUNNING

    @property
    def _places(self) -> int:
        return self._width() if self._proven else 1

    @property
    def _has_room(self) -> bool:
        """Whether a call may start in a free place: those ahead of the places keep one each where they are too many."""
        ahead = len(self._undecided) + len(self._first)
        spared = self._places if self._slowest <= self._policy.send_age * _SHORT else 0
        return len(self._busy) + max(0, ahead - spared) < self._places

    def _open_for(self, seconds: float) -> None:
        self._open = True
        self._throttled = False
        self._cooldown = max(seconds, self._policy.circuit_cooldown)
        if self._timer is not None:
            self._timer.cancel()
        if not self._closed:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._canary)
        self.pump()

    def _canary(self) -> None:
        self._timer = None
        if self._closed:
            return
        if self._flow() is FlowState.STOPPED:
            self._was_stopped = True
            self._open = False
            return
        self._probe()
