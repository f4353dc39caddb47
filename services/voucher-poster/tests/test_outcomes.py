"""Every error of both clients has its outcome; a table that grows with them."""

from types import ModuleType

import basware
import peoplesoft
import pytest
from ap_domain.response import MESSAGE_LIMIT
from basware import BaswareError
from chassis.ledger.outcomes import InDoubt, Outcome, Parked, Rejected, Retry, Stopped
from peoplesoft import InvalidMessage, PeopleSoftError, RemoteMessage
from peoplesoft.testing.invented_sites import PLAIN_SITE
from voucher_poster.adapters import basware_outcomes, peoplesoft_outcomes

FROM_BASWARE: list[tuple[BaswareError, type[Outcome]]] = [
    (basware.RetryLater("busy", status=503), Retry),
    (basware.OutcomeUnknown("the answer was lost"), Retry),
    (basware.Refused("no"), Parked),
    (basware.CredentialsRefused("no"), Stopped),
    (basware.NotFound("no such invoice"), Parked),
    (basware.AlreadyAcknowledged("twice"), Parked),
    (basware.ProtocolError("HTML"), Retry),
    (basware.AnswerTooLarge("more than 10 MB"), Parked),
    (basware.InvalidRequest("too long", field="responseMessage", limit="250"), Parked),
    (BaswareError("something else"), Retry),
]

FROM_PEOPLESOFT: list[tuple[PeopleSoftError, type[Outcome]]] = [
    (peoplesoft.RetryLater("away"), Retry),
    (peoplesoft.OutcomeUnknown("no answer in time"), InDoubt),
    (
        peoplesoft.Rejected("refused", messages=[RemoteMessage(type="Error", text="Invalid supplier")]),
        Rejected,
    ),
    (peoplesoft.CredentialsRefused("401"), Stopped),
    (peoplesoft.NotAuthorised("403"), Stopped),
    (peoplesoft.ConfigurationError("no such node"), Stopped),
    (peoplesoft.NeedsPerson("never seen"), Parked),
    (peoplesoft.ProtocolError("HTML"), Retry),
    (InvalidMessage("31 characters", property_path="INVOICE_ID"), Rejected),
    (InvalidMessage("no such property", property_path="VOUCHER_LINE[2]/NO_SUCH"), Stopped),
    (PeopleSoftError("something else"), Parked),
]


def _of_peoplesoft(error: PeopleSoftError, *, attempts: int = 0) -> Outcome:
    create = PLAIN_SITE.shape().create
    assert create is not None
    return peoplesoft_outcomes.outcome_of(
        error, connection_version=7, attempts=attempts, request=create.request
    )


@pytest.mark.parametrize(("error", "kind"), FROM_BASWARE, ids=lambda each: type(each).__name__)
def test_what_an_error_of_basware_means(error: BaswareError, kind: type[Outcome]) -> None:
    outcome = basware_outcomes.outcome_of(error, connection_version=7, attempts=0)
    assert type(outcome) is kind
    assert error.message in str(outcome)


@pytest.mark.parametrize(("error", "kind"), FROM_PEOPLESOFT, ids=lambda each: type(each).__name__)
def test_what_an_error_of_peoplesoft_means(error: PeopleSoftError, kind: type[Outcome]) -> None:
    assert type(_of_peoplesoft(error)) is kind


def test_no_error_of_either_client_is_missing_in_the_tables() -> None:
    of_imports = {basware.ImportRefused}  # what no call about an invoice meets
    assert {type(error) for error, _ in FROM_BASWARE} == _public(basware, BaswareError) - of_imports
    assert {type(error) for error, _ in FROM_PEOPLESOFT} == _public(peoplesoft, PeopleSoftError)


def _public(package: ModuleType, base: type[Exception]) -> set[type]:
    shown = (getattr(package, name) for name in package.__all__)
    return {each for each in shown if isinstance(each, type) and issubclass(each, base)}


def test_throttling_holds_the_whole_lane_for_as_long_as_asked() -> None:
    throttled = basware.RetryLater("429", status=429, retry_after=17)
    assert basware_outcomes.outcome_of(throttled, connection_version=1, attempts=0) == Retry(
        reason=str(throttled), after=17, lane=True, effect=False
    )
    busy = _of_peoplesoft(peoplesoft.RetryLater("503", retry_after=9))
    assert isinstance(busy, Retry)
    assert (busy.after, busy.lane) == (9, True)


@pytest.mark.parametrize("kind", [basware.RetryLater, basware.ProtocolError, basware.OutcomeUnknown])
@pytest.mark.parametrize("effect", [True, False])
def test_whether_a_write_may_have_happened_is_as_basware_s_client_says(
    *, kind: type[BaswareError], effect: bool
) -> None:
    error = kind("no answer", may_have_taken_effect=effect)
    outcome = basware_outcomes.outcome_of(error, connection_version=1, attempts=0)
    assert isinstance(outcome, Retry)
    assert outcome.effect is effect


def test_an_answer_that_is_none_parks_after_twenty_tries() -> None:
    tries = [
        basware_outcomes.outcome_of(basware.ProtocolError("HTML"), connection_version=1, attempts=made)
        for made in (18, 19)
    ]
    assert [type(each) for each in tries] == [Retry, Parked]
    ours = [_of_peoplesoft(peoplesoft.ProtocolError("HTML"), attempts=made) for made in (18, 19)]
    assert [type(each) for each in ours] == [Retry, Parked]


def test_a_clerk_reads_peoplesofts_words_and_support_its_numbers() -> None:
    error = peoplesoft.Rejected(
        "not saved",
        messages=[
            RemoteMessage(type="OK", text="fine"),
            RemoteMessage(
                type="Error", message_set=7030, number=12, text="Supplier 1 is " + "inactive " * 60
            ),
        ],
    )
    outcome = _of_peoplesoft(error)
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("Supplier 1 is inactive")
    assert outcome.reason.endswith("[7030-12]")
    assert len(outcome.reason) <= MESSAGE_LIMIT


def test_half_a_character_in_an_answer_does_not_get_into_an_entry() -> None:
    outcome = basware_outcomes.outcome_of(basware.Refused("\ud83d broken"), connection_version=1, attempts=0)
    assert isinstance(outcome, Parked)
    assert outcome.reason.encode()
