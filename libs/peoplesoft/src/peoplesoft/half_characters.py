r"""JSON can spell half of a character: ``"\ud83d"`` without the half that follows, as a text is that PeopleSoft cut at
the length of its field. The parser would end the whole answer there, or make one wrong character of it and the next.
"""

from __future__ import annotations

import re
from typing import Final

_HALVES: Final = re.compile(rb"\\u[dD][89a-fA-F]|\\(?:u[dD]?)?\Z")
"""What is looked at closely; most answers have none."""

_ESCAPE: Final = re.compile(
    rb"""
      (?P<begun> \\ (?: u [0-9a-fA-F]{0,3} )? \Z
      | \\u [dD][89abAB] [0-9a-fA-F]{2} (?: \\ (?: u (?: [dD] (?: [c-fC-F] [0-9a-fA-F]? )? )? )? )? \Z )
    | \\u [dD][89abAB] [0-9a-fA-F]{2} \\u [dD][c-fC-F] [0-9a-fA-F]{2}
    | (?P<half> \\u [dD][89a-fA-F] [0-9a-fA-F]{2} )
    | \\ .
    """,
    re.VERBOSE | re.DOTALL,
)


class WholeCharacters:
    """Puts U+FFFD in the place of each half, in JSON that comes in pieces. All else stays byte for byte."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, chunk: bytes) -> bytes:
        """What may be parsed now. An escape that the piece only begins is kept for the next one."""
        text = self._begun + chunk
        self._begun = b""
        return _ESCAPE.sub(self._mended, text) if _HALVES.search(text) else text

    def _mended(self, found: re.Match[bytes]) -> bytes:
        if found["half"] is not None:
            return rb"\ufffd"
        if found["begun"] is not None:
            self._begun = found["begun"]
            return b""
        return found[0]
