"""What a remote or an error said, as it may stand in an entry and in the audit."""

LONGEST = 1000
"""Characters of a reason. Entries are held in memory, and the whole answer is not theirs to keep."""


def words(said: object) -> str:
    """The text of `said`, cut to LONGEST, with nothing in it that UTF-8 cannot carry (half a character of JSON)."""
    text = str(said).encode("utf-8", "replace").decode()
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
