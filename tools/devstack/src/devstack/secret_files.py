"""Secrets of one run: made up at its start, in files only their owner can read, gone with the run."""

import base64
import json
import os
import secrets
from pathlib import Path


class SecretFiles:
    """The directory <run directory>/secrets. No value goes to a command line, a log or an error."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @property
    def keys_file(self) -> Path:
        """Key-encryption keys as services read them: {key id: base64 of 32 bytes}, the first one active."""
        return self.directory / "keys.json"

    def make_keys(self) -> None:
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        self._write(self.keys_file, json.dumps({"devstack-1": key}))

    def make(self, name: str) -> Path:
        """A file with a random secret of 32 characters, without a line end; the same file for the same name."""
        file = self.directory / name
        if file.exists():
            return file
        self._write(file, secrets.token_urlsafe(24))
        return file

    def _write(self, file: Path, value: str) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as opened:
            opened.write(value)
