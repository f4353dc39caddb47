"""An append-only file that the books are rebuilt from; a line is a group of changes, synced before told.

A kill at any instant leaves whole lines and at most one torn tail. What was in the torn line was never
acknowledged to anybody, so it is cut off at the next start.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any


class JournalError(RuntimeError):
    """The journal cannot be opened, read or written; the books are no longer to be trusted."""


class Journal:
    """Group-committed JSON lines: `append` never blocks, `durable` waits until all so far is on disk.

    Only one process at a time holds the file (an advisory lock).
    """

    def __init__(self, path: Path) -> None:
        """Open and lock the file; made if absent, readable by its owner only (it holds simulated secrets).

        Raises:
            JournalError: another process holds it.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._file)
            raise JournalError(f"{path} is in use by another simulator; choose another --books") from error
        self._pending: list[bytes] = []
        self._appended = 0
        self._synced = 0
        self._failure: JournalError | None = None
        self._stopping = False
        self._wake = asyncio.Event()
        self._progress = asyncio.Condition()
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def read(self) -> Iterator[dict[str, Any]]:
        """Give every entry ever made durable, oldest first, and cut off a torn tail. Call before `start`.

        Raises:
            JournalError: a line before the last cannot be read.
        """
        good = 0
        with self._path.open("rb") as lines:
            for line in lines:
                try:
                    entries = json.loads(line) if line.endswith(b"\n") else None
                except ValueError:
                    entries = None
                if entries is None:
                    if lines.read(1):
                        raise JournalError(f"{self._path}: unreadable line at byte {good}")
                    break
                good += len(line)
                yield from entries
        os.ftruncate(self._file, good)

    async def start(self) -> None:
        """Begin writing what is appended."""
        self._writer = asyncio.create_task(self._write_groups(), name="basware-simulator-journal")

    async def stop(self) -> None:
        """Write what is pending, then close the file."""
        if self._writer is not None:
            self._stopping = True
            self._wake.set()
            await self._writer
        self._thread.shutdown()
        os.close(self._file)

    def append(self, entry: bytes) -> None:
        """Add a JSON entry to the next group; those of one turn of the event loop are never torn apart."""
        self._pending.append(entry)
        self._appended += 1
        self._wake.set()

    async def durable(self) -> None:
        """Return once everything appended before this call is on disk.

        Raises:
            JournalError: writing failed; it stays failed.
        """
        wanted = self._appended
        if self._synced < wanted:
            async with self._progress:
                await self._progress.wait_for(lambda: self._synced >= wanted or self._failure is not None)
        if self._failure is not None:
            raise self._failure

    async def _write_groups(self) -> None:
        loop = asyncio.get_running_loop()
        while self._pending or not self._stopping:
            if not self._pending:
                self._wake.clear()
                await self._wake.wait()
                continue
            group, self._pending = self._pending, []
            reached = self._appended
            try:
                line = b"[" + b",".join(group) + b"]\n"
                await loop.run_in_executor(self._thread, self._write, line)
            except OSError as error:
                self._failure = JournalError(f"{self._path} cannot be written: {error}")
            async with self._progress:
                self._synced = reached
                self._progress.notify_all()
            if self._failure is not None:
                return

    def _write(self, line: bytes) -> None:
        view = memoryview(line)
        while view:
            view = view[os.write(self._file, view) :]
        os.fdatasync(self._file)
