"""Text of which a part is missing: half of a surrogate pair, or the U+FFFD that a reader put in the place of one."""

__all__ = ["is_whole", "tellable"]


def is_whole(text: str) -> bool:
    """Whether the text can be a key or a code: nothing in it is missing, and no control characters."""
    return text.isprintable() and "\ufffd" not in text


def tellable(text: str) -> str:
    """The text as UTF-8 can carry it: a question mark for each half."""
    return text.encode("utf-8", "replace").decode()
