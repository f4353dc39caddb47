"""What a create saved is believed only with proof, and so is that it saved nothing."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peoplesoft.answers import CreateAnswer, read_create
from peoplesoft.call import Answer
from peoplesoft.errors import (
    ConfigurationError,
    CredentialsRefused,
    NeedsPerson,
    NotAuthorised,
    OutcomeUnknown,
    PeopleSoftError,
    Rejected,
    RetryLater,
)
from peoplesoft.outcomes import MessageClass, OutcomeTable
from peoplesoft.testing.answers import call, create, created, fault, keys, message, operation, refused, saved
from peoplesoft.testing.invented_sites import PREFIXED_SITE, sample_voucher
from peoplesoft.values import Row


def detail(content: str, notification: str = "1") -> bytes:
    return created(f"<notification>{notification}</notification><detail>{content}</detail>")


@pytest.mark.parametrize(
    "body",
    [
        created(""),
        created(f"<detail>{keys()}</detail>"),
        created("<notification>1</notification>"),
        detail(keys(), "2"),
        detail(keys(), ""),
        detail(keys(), "yes"),
        detail(keys(), "-1"),
        created(f"<notification>1</notification><notification>0</notification><detail>{keys()}</detail>"),
        detail(keys(voucher_id="NEXT")),
        detail(keys(voucher_id="next")),
        detail(keys(voucher_id="")),
        detail(keys(business_unit="EU001")),
        detail(keys() + keys()),
        detail("<AP_VOUCHER/>"),
        detail("<AP_VOUCHER><BUSINESS_UNIT>US001</BUSINESS_UNIT></AP_VOUCHER>"),
        detail("<AP_VOUCHER><VOUCHER_ID>1</VOUCHER_ID><VOUCHER_ID>2</VOUCHER_ID></AP_VOUCHER>"),
        detail(keys() + message("x"), "0"),
        detail(keys(business_unit="EU001", voucher_id="NEXT") + message("x"), "0"),
        refused(message("Row already exists", number="(91,49)")),
    ],
)
def test_an_answer_that_contradicts_itself_leaves_the_outcome_unknown(body: bytes) -> None:
    with pytest.raises(OutcomeUnknown):
        create(body)


@pytest.mark.parametrize("status", [200, 202, 500, 503])
def test_a_saved_voucher_is_believed_whatever_the_status(status: int) -> None:
    answer = create(saved(message("Saved", kind="OK") + message("Duplicate", kind="Warning")), status)
    assert answer.keys == {"BUSINESS_UNIT": "US001", "VOUCHER_ID": "00000017"}
    assert [each.text for each in answer.warnings] == ["Duplicate"]
    assert len(answer.messages) == 2


def test_a_key_of_our_own_choice_must_come_back() -> None:
    sent = {**sample_voucher(), "VOUCHER_ID": "00000018"}
    with pytest.raises(OutcomeUnknown, match="00000017"):
        create(saved(), sent=sent)
    assert create(saved(), sent={**sent, "VOUCHER_ID": "00000017"}).keys["VOUCHER_ID"] == "00000017"
    with pytest.raises(Rejected):
        create(detail(keys() + message("x"), "0"), sent={**sent, "VOUCHER_ID": "00000017"})


def test_prefixed_keys_are_compared_with_what_was_sent() -> None:
    ns = PREFIXED_SITE.namespace(1)
    root = "Create__CompIntfc__ZZ_VCHR_INResponse"
    inside = (
        "<notification>1</notification><detail><ZZ_VCHR_IN><KEYPROP_BUSINESS_UNIT>{}</KEYPROP_BUSINESS_UNIT>"
        "<KEYPROP_VOUCHER_ID>1</KEYPROP_VOUCHER_ID></ZZ_VCHR_IN></detail>"
    )
    sent: Row = {"KEYPROP_BUSINESS_UNIT": "US001", "KEYPROP_VOUCHER_ID": "NEXT"}

    def read(unit: str) -> CreateAnswer:
        answer = Answer(status=200, body=created(inside.format(unit), ns=ns, root=root))
        response = operation(PREFIXED_SITE.shape().create).response
        return read_create(answer, response=response, ci="ZZ_VCHR_IN", sent=sent, call=call(saves=True))

    assert read("US001").keys["KEYPROP_VOUCHER_ID"] == "1"
    with pytest.raises(OutcomeUnknown):
        read("EU001")


@pytest.mark.parametrize("status", [200, 500])
def test_a_business_no_carries_every_message(status: int) -> None:
    with pytest.raises(Rejected) as caught:
        create(
            refused(message("Out of balance") + message("Account is inactive", number="(7030,13)")), status
        )
    assert [(each.key, each.text) for each in caught.value.messages] == [
        ((7030, 12), "Out of balance"),
        ((7030, 13), "Account is inactive"),
    ]
    assert "Account is inactive" in str(caught.value)


def test_a_no_without_a_reason_needs_a_person() -> None:
    with pytest.raises(NeedsPerson):
        create(created("<notification>0</notification>"))


@pytest.mark.parametrize(
    ("given_class", "expected"),
    [
        (MessageClass.REJECTED, Rejected),
        (MessageClass.RETRY_LATER, RetryLater),
        (MessageClass.NOT_REACHED, OutcomeUnknown),
        (MessageClass.CREDENTIALS_REFUSED, CredentialsRefused),
        (MessageClass.NOT_AUTHORISED, NotAuthorised),
        (MessageClass.CONFIGURATION, ConfigurationError),
        (MessageClass.NEEDS_PERSON, NeedsPerson),
        (MessageClass.NOT_FOUND, Rejected),
        (MessageClass.IN_DOUBT, OutcomeUnknown),
    ],
)
def test_a_site_gives_a_message_its_class(given_class: MessageClass, expected: type[PeopleSoftError]) -> None:
    table = OutcomeTable().with_entries({(7030, 12): given_class})
    with pytest.raises(PeopleSoftError) as of_notification:
        create(refused(message("Odd")), table=table)
    assert type(of_notification.value) is expected
    with pytest.raises(PeopleSoftError) as of_fault:
        create(fault("Odd (7030,12)"), table=table)
    not_found = given_class is MessageClass.NOT_FOUND
    assert type(of_fault.value) is (OutcomeUnknown if not_found else expected)


def test_what_the_remote_echoes_is_shortened_and_freed_of_the_password() -> None:
    with pytest.raises(OutcomeUnknown) as caught:
        create(b"<html>pa55word " + b"x" * 5000 + b"</html>")
    assert "pa55word" not in str(caught.value)
    assert len(caught.value.said) < 2100


@settings(max_examples=300, deadline=None)
@given(
    cut=st.integers(0, len(saved()) - 1),
    flip=st.integers(1, 255),
    status=st.sampled_from([200, 401, 404, 500, 503]),
)
def test_no_damage_to_a_saved_answer_makes_it_look_unsaved(cut: int, flip: int, status: int) -> None:
    whole = saved()
    for damaged in (whole[:cut], whole[:cut] + bytes([whole[cut] ^ flip]) + whole[cut + 1 :]):
        if b"Envelope" not in damaged or b"<notification>0<" in damaged:
            continue  # nothing of the answer is left to see, or it does say no
        with contextlib.suppress(OutcomeUnknown):
            create(damaged, status)
