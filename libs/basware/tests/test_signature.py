import base64

import pytest
from basware.signature import SignatureEncoding, sign, verify
from hypothesis import given
from hypothesis import strategies as st

BODIES = st.binary(max_size=300)
SECRETS = st.text(min_size=1, max_size=40)
ENCODINGS = st.sampled_from(SignatureEncoding)

# HMAC-SHA256 test vector 2 of RFC 4231.
RFC_KEY, RFC_BODY = "Jefe", b"what do ya want for nothing?"
RFC_HEX = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize(
    "header",
    [
        RFC_HEX,
        RFC_HEX.upper(),
        f"sha256={RFC_HEX}",
        f"sha256={RFC_HEX.upper()}",
        base64.b64encode(bytes.fromhex(RFC_HEX)).decode(),
        f" {RFC_HEX}\t",
    ],
)
def test_the_published_vector_verifies_however_it_is_written(header: str) -> None:
    assert verify(RFC_BODY, header, [RFC_KEY])


@given(body=BODIES, secret=SECRETS, encoding=ENCODINGS, others=st.lists(SECRETS, max_size=3))
def test_what_one_active_secret_signed_verifies(
    body: bytes, secret: str, encoding: SignatureEncoding, others: list[str]
) -> None:
    header = sign(body, secret, encoding)
    assert verify(body, header, [secret, *others])
    assert verify(body, header, [*others, secret])


@given(body=st.binary(min_size=1, max_size=300), secret=SECRETS, encoding=ENCODINGS, data=st.data())
def test_any_changed_byte_of_the_body_fails(
    body: bytes, secret: str, encoding: SignatureEncoding, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(body) - 1))
    changed = bytearray(body)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert not verify(bytes(changed), sign(body, secret, encoding), [secret])


@given(body=BODIES, secret=SECRETS, encoding=ENCODINGS, data=st.data())
def test_any_changed_character_of_the_digest_fails(
    body: bytes, secret: str, encoding: SignatureEncoding, data: st.DataObject
) -> None:
    header = sign(body, secret, encoding)
    at = data.draw(st.integers(len("sha256=") if "=" in encoding else 0, len(header) - 1))
    other = data.draw(st.characters())
    if other.lower() == header[at].lower() and encoding is not SignatureEncoding.BASE64:
        return
    if other == header[at]:
        return
    changed = header[:at] + other + header[at + 1 :]
    # Blanks around a header value carry no meaning in HTTP.
    assert not verify(body, changed, [secret]) or changed.strip(" \t") == header


@given(body=BODIES, secret=SECRETS, other=SECRETS, encoding=ENCODINGS)
def test_another_secret_fails(body: bytes, secret: str, other: str, encoding: SignatureEncoding) -> None:
    # HMAC pads short keys with zero bytes, so keys that differ only in those are one key.
    if secret.rstrip("\0") != other.rstrip("\0"):
        assert not verify(body, sign(body, secret, encoding), [other])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        " ",
        "sha256=",
        "sha256=sha256=" + RFC_HEX,
        "sha1=" + RFC_HEX,
        "SHA256=" + RFC_HEX,
        RFC_HEX[:-1],
        RFC_HEX + "0",
        RFC_HEX[:-1] + "g",
        RFC_HEX[:-1] + "٣",
        "0x" + RFC_HEX[:62],
        base64.b64encode(bytes.fromhex(RFC_HEX)).decode().rstrip("="),
        base64.b64encode(bytes.fromhex(RFC_HEX)).decode()[:-2] + "N=",
        base64.b64encode(bytes(31)).decode(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        "é" * 64,
        "\ud800",
        "0" * 64,
        "A" * 100_000,
        RFC_HEX + "," + RFC_HEX,
    ],
)
def test_a_malformed_or_wrong_header_is_no_signature(header: str | None) -> None:
    assert not verify(RFC_BODY, header, [RFC_KEY])


def test_without_a_secret_nothing_verifies() -> None:
    assert not verify(RFC_BODY, f"sha256={RFC_HEX}", [])
    assert not verify(RFC_BODY, sign(RFC_BODY, ""), [""])


def test_a_secret_with_half_a_character_does_not_raise() -> None:
    assert verify(b"x", sign(b"x", "\ud800"), ["\ud800"])
