"""No planted secret is in any log line, topic, metric or error.

By design basware.accounting-documents holds Basware's bytes whole, bank accounts too, and where a connection's master
data has the part `bank_accounts`, its master data holds those of suppliers. Exempt there are bank accounts, never a
password, secret or key. In logs, metrics and ap.unreadable a secret is looked for in base64 as well, which is how a
header of Basic credentials would carry it.
"""

import base64
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.findings import Finding
from tests.chaos.checker.records import DOCUMENTS, MASTER_DATA, PUBLISHED_TABLE, UNREADABLE, Record

PROMISE = "10 no secret is told"
WHOLE_DOCUMENTS = (DOCUMENTS,)
OF_SUPPLIERS = (MASTER_DATA, PUBLISHED_TABLE)
_SEPARATOR = b"\x00"


def check(evidence: Evidence, *, at_rest: bool) -> Iterator[Finding]:
    """At any moment; a rest adds nothing. What was found is not repeated: its first letters name it."""
    accounts = set(evidence.bank_accounts)
    credentials = [each for each in evidence.secrets if each not in accounts]
    planted = [each for each in evidence.secrets if each in accounts]
    with_banks = any(
        (entity or {}).get("parts", {}).get("bank_accounts")
        for each in evidence.cases
        for entity in each.connection.masterdata.get("entities", {}).values()
    )
    exempt = {*WHOLE_DOCUMENTS, *(OF_SUPPLIERS if with_banks else ())}
    for topic, records in evidence.log.records.items():
        wanted = [*credentials, *(() if topic in exempt else {*accounts, *planted})]
        yield from _in_topic(records, wanted, encoded=topic == UNREADABLE)
    for where, pages in (("log", evidence.logs), ("metrics of", evidence.metrics)):
        for name, text in pages.items():
            for secret in _found(text, {*credentials, *accounts}, encoded=True):
                line = text.count(b"\n", 0, secret[1]) + 1
                yield _finding(f"{where} {name}", f"line {line} holds {_named(secret[0])}")


def _in_topic(records: Sequence[Record], secrets: Collection[str], *, encoded: bool) -> Iterator[Finding]:
    """One search over everything of a topic: keys, headers, values."""
    pieces: list[bytes] = []
    begins: list[int] = []
    length = 0
    for record in records:
        piece = _SEPARATOR.join((record.key.encode(), record.headers, record.raw))
        begins.append(length)
        pieces.append(piece)
        length += len(piece) + 1
    text = _SEPARATOR.join(pieces)
    for secret, place in _found(text, secrets, encoded=encoded):
        record = records[bisect_right(begins, place) - 1]
        yield _finding(record.place, f"record {record.key} holds {_named(secret)}")


def _found(text: bytes, secrets: Collection[str], *, encoded: bool) -> Iterator[tuple[str, int]]:
    """The first place of each secret that is there."""
    for secret in secrets:
        forms = [secret.encode(), *(_in_base64(secret) if encoded else ())]
        places = [place for form in forms if (place := text.find(form)) >= 0]
        if places:
            yield secret, min(places)


def _in_base64(secret: str) -> Iterator[bytes]:
    """What is certain of a secret's text inside a longer one in base64, at each of the three alignments."""
    plain = secret.encode()
    for shift in range(3):
        inner = base64.b64encode(b"\x00" * shift + plain)
        begin = 0 if shift == 0 else 4
        whole = (len(plain) + shift) // 3 * 4
        if whole - begin >= 12:
            yield inner[begin:whole]


def _named(secret: str) -> str:
    return f"a secret that begins with {secret[:3]!r} and has {len(secret)} characters"


def _finding(record: str, words: str) -> Finding:
    return Finding(promise=PROMISE, connection="", record=record, words=words)
