"""The Avro contracts of apstream's topics: one self-contained ``.avsc`` file per record.

The file's name is the record's name. A schema that has been written by a release and is then changed is
kept, as it was, under ``history/`` (any file name), so that readers can still resolve what lies in the
topics.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["current", "earlier"]


def current() -> dict[str, str]:
    """The schemas as written today: record name to JSON text."""
    return {
        file.name.removesuffix(".avsc"): file.read_text("utf-8") for file in _schema_files(files(__name__))
    }


def earlier() -> tuple[str, ...]:
    """The JSON texts of schemas that earlier releases wrote."""
    history = files(__name__) / "history"
    return tuple(file.read_text("utf-8") for file in _schema_files(history)) if history.is_dir() else ()


def _schema_files(folder: Traversable) -> Iterator[Traversable]:
    return iter(
        sorted((file for file in folder.iterdir() if file.name.endswith(".avsc")), key=lambda file: file.name)
    )
