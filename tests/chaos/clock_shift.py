"""A wrong clock for one process, by libfaketime: the wall clock lies, the monotonic one does not."""

from collections.abc import Mapping
from pathlib import Path

from devstack.errors import MissingPrerequisite
from devstack.jvm import REPOSITORY

LIBRARY = REPOSITORY / ".tools" / "faketime" / "libfaketimeMT.so.1"


class ClockShift:
    """The clock of a process started with `env`, hours ahead (or behind); it may be set while the process runs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def set(self, hours: float) -> None:
        """So many hours ahead of the truth from the next reading on; behind when negative."""
        draft = self._file.with_suffix(".draft")
        draft.write_text(f"{hours * 3600:+.0f}\n")
        draft.replace(self._file)

    @property
    def env(self) -> Mapping[str, str]:
        """The surroundings of the process; MissingPrerequisite without the library."""
        if not LIBRARY.exists():
            raise MissingPrerequisite(
                "no libfaketime, with which a chaos run gives one process a wrong clock; run tools/faketime.sh"
            )
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DISABLE_SHM": "1",
            "DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
