"""Keys of records and the shard of a connection."""

import unicodedata
from urllib.parse import quote, unquote

__all__ = ["record_key", "shard", "split_key"]


def record_key(*parts: str) -> bytes:
    """Parts in Unicode NFC, percent-encoded and joined by ``/`` (invoice numbers contain slashes)."""
    if not parts:
        raise ValueError("a key needs at least one part")
    return "/".join(quote(unicodedata.normalize("NFC", part), safe="") for part in parts).encode("ascii")


def split_key(key: bytes) -> tuple[str, ...]:
    """The parts that `record_key` joined. Raises ValueError for bytes that no `record_key` made."""
    parts = tuple(unquote(part, errors="strict") for part in key.decode("ascii").split("/"))
    if record_key(*parts) != key:
        raise ValueError(f"not a key of ours: {key!r}")
    return parts


def shard(connection_id: str, partitions: int) -> int:
    """The partition of a connection's work: Kafka's default partitioner (murmur2) over its id in UTF-8."""
    return (murmur2(connection_id.encode()) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Kafka's variant of the 32-bit MurmurHash2 (seed 0x9747b28c)."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if rest := data[whole:]:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
