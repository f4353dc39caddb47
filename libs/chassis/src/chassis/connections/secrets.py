"""Envelope encryption of a connection's secrets: AES-256-GCM, a data key per record, wrapped by a named key."""

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import yaml
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.settings import ServiceSettings

__all__ = ["KeyMissing", "KeyRing", "KeysRefused", "SealBroken", "SealedSecrets"]

KEY_BYTES = 32
NONCE_BYTES = 12


class KeysRefused(Exception):
    """The file or variable of key-encryption keys cannot be used; the message says why, without any key."""


class KeyMissing(Exception):
    """No key-encryption key of the name a record needs is configured here."""


class SealBroken(Exception):
    """The bytes do not open with the named key for this record: tampered with, moved, or another key of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecrets:
    """``ciphertext`` opens with the data key in ``wrapped_key``, which opens with the key named ``key_id``."""

    key_id: str
    wrapped_key: bytes = field(repr=False)
    wrap_nonce: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


class KeyRing:
    """Key-encryption keys by name; the first seals, any opens."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        """Raises KeysRefused when there is no key or one is not 32 bytes long."""
        if not keys:
            raise KeysRefused("no key-encryption key is given")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES:
                raise KeysRefused(f"the key {key_id!r} has {len(key)} bytes, wanted {KEY_BYTES}")
        self._keys = dict(keys)
        self.active = next(iter(self._keys))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """From YAML or JSON ``{key id: base64 of 32 bytes}``."""
        try:
            named = yaml.safe_load(text)
        except yaml.YAMLError:
            raise KeysRefused("the keys are neither YAML nor JSON") from None
        if not isinstance(named, dict):
            raise KeysRefused("the keys must be a table {key id: base64 of 32 bytes}")
        keys = {}
        for key_id, encoded in named.items():
            try:
                keys[str(key_id)] = base64.b64decode(str(encoded), validate=True)
            except binascii.Error:
                raise KeysRefused(f"the key {key_id!r} is not base64") from None
        return cls(keys)

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """From a file of the same form."""
        try:
            return cls.from_text(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise KeysRefused(f"the file of keys cannot be read: {error}") from None

    @classmethod
    def from_settings(cls, settings: ServiceSettings) -> Self:
        """From APSTREAM_KEYS_FILE, else from APSTREAM_KEYS."""
        if settings.keys_file is not None:
            return cls.from_file(settings.keys_file)
        if settings.keys is not None:
            return cls.from_text(settings.keys.get_secret_value())
        raise KeysRefused("no key-encryption keys: set APSTREAM_KEYS_FILE (or APSTREAM_KEYS)")

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._keys)})"

    def seal(self, plaintext: bytes, *, bound_to: bytes) -> SealedSecrets:
        """``bound_to`` is authenticated, not stored: what it was sealed with must be given to open it."""
        data_key, nonce, wrap_nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES), os.urandom(NONCE_BYTES)
        wrapping = AESGCM(self._keys[self.active])
        return SealedSecrets(
            key_id=self.active,
            wrapped_key=wrapping.encrypt(wrap_nonce, data_key, bound_to),
            wrap_nonce=wrap_nonce,
            nonce=nonce,
            ciphertext=AESGCM(data_key).encrypt(nonce, plaintext, bound_to),
        )

    def open(self, sealed: SealedSecrets, *, bound_to: bytes) -> bytes:
        """Raises KeyMissing or SealBroken."""
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise KeyMissing(f"the key {sealed.key_id!r} is not configured; add it to APSTREAM_KEYS_FILE")
        try:
            data_key = AESGCM(key).decrypt(sealed.wrap_nonce, sealed.wrapped_key, bound_to)
            return AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, bound_to)
        except (InvalidTag, ValueError):
            raise SealBroken(
                f"sealed with a key named {sealed.key_id!r} that is not ours, or changed since"
            ) from None
