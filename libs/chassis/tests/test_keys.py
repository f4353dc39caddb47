import pytest
from aiokafka.partitioner import murmur2 as aiokafka_murmur2
from chassis.keys import murmur2, record_key, shard, split_key
from hypothesis import given
from hypothesis import strategies as st

parts = st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("given_parts", "key"),
    [
        (("acme", "2026/001"), b"acme/2026%2F001"),
        (("acme", "a b", "100%"), b"acme/a%20b/100%25"),
        (("acme", "Zu\u0308rich"), b"acme/Z%C3%BCrich"),
        (("acme", ""), b"acme/"),
    ],
)
def test_parts_are_normalised_encoded_and_joined(given_parts: tuple[str, ...], key: bytes) -> None:
    assert record_key(*given_parts) == key


@given(parts=parts)
def test_a_key_splits_into_what_makes_the_same_key(parts: list[str]) -> None:
    key = record_key(*parts)
    assert record_key(*split_key(key)) == key
    assert len(split_key(key)) == len(parts)


@pytest.mark.parametrize("key", [b"a b", b"\xff", b"%FF", b"%2f", b"a%", "Zu\u0308".encode()])
def test_foreign_keys_are_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match=r"key|codec"):
        split_key(key)


def test_a_key_needs_a_part() -> None:
    with pytest.raises(ValueError, match="part"):
        record_key()


@given(data=st.binary(max_size=64))
def test_the_hash_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == aiokafka_murmur2(data) & 0xFFFFFFFF


@given(connection=st.text(st.characters(codec="utf-8")), partitions=st.integers(1, 100))
def test_a_shard_is_a_partition(connection: str, partitions: int) -> None:
    assert 0 <= shard(connection, partitions) < partitions
