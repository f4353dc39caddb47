"""The verdict is pure, and costs the same whoever is asked for."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from basware.signature import sign, verify
from hypothesis import given
from hypothesis import strategies as st
from ingress.web import decision
from ingress.web.decision import SECRETS_TRIED, Accepted, Answered, Refused, Subscriber, Webhook, decide

NOW = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
DECOYS = tuple(f"decoy {number}" for number in range(SECRETS_TRIED))


def subscriber(*secrets: str) -> Subscriber:
    return Subscriber(connection_id="acme", shard=1, secrets=secrets)


@given(raw=st.binary(max_size=200), signature=st.none() | st.text(max_size=100))
def test_no_bytes_make_it_raise_or_accept_without_the_secret(raw: bytes, signature: str | None) -> None:
    verdict = decide(Webhook(raw=raw, signature=signature), subscriber("s3cret"), decoys=DECOYS, now=NOW)
    assert isinstance(verdict, Refused)
    assert verdict.status == 401


@given(raw=st.binary(max_size=200))
def test_any_signed_bytes_get_a_verdict(raw: bytes) -> None:
    verdict = decide(
        Webhook(raw=raw, signature=sign(raw, "s3cret")), subscriber("s3cret"), decoys=DECOYS, now=NOW
    )
    assert isinstance(verdict, Accepted | Answered) or verdict.status == 400


@pytest.mark.parametrize("decoy", DECOYS)
@pytest.mark.parametrize("known", [None, subscriber(), subscriber("s3cret")])
def test_a_decoy_opens_no_door(decoy: str, known: Subscriber | None) -> None:
    verdict = decide(Webhook(raw=b"{}", signature=sign(b"{}", decoy)), known, decoys=DECOYS, now=NOW)
    assert isinstance(verdict, Refused)
    assert verdict.status == 401


@pytest.mark.parametrize(
    "known", [None, subscriber("a"), subscriber("a", "b"), subscriber("a", "b", "c", "d", "e")]
)
@pytest.mark.parametrize("signature", [None, "nonsense", sign(b"{}", "a")])
def test_the_same_number_of_digests_is_made_for_everybody(
    monkeypatch: pytest.MonkeyPatch, known: Subscriber | None, signature: str | None
) -> None:
    tried: list[str] = []

    def counting(raw: bytes, header: str | None, secrets: Sequence[str]) -> bool:
        tried.extend(secrets)
        return verify(raw, header, secrets)

    monkeypatch.setattr(decision, "verify", counting)
    decide(Webhook(raw=b"{}", signature=signature), known, decoys=DECOYS, now=NOW)
    assert len(tried) == SECRETS_TRIED


def test_secrets_do_not_show() -> None:
    assert "s3cret" not in repr(subscriber("s3cret"))
