"""How one site's build of a query differs from the delivered one: names, prompts, columns."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import ConfigDict

PromptRole = Literal["setid", "after", "up_to", "since", "from_day", "to_day"]
"""What a prompt asks for; `setid` is the business unit in the queries of projects and of vouchers."""
Owner = Literal["public", "private"]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuerySetup:
    """What a site changed of a delivered query. Columns are named with their record's alias.

    `name` and `prompts` are its own names, `without` the prompts it has not built in, `extra` columns that hold the
    same text in every row, `omitted` columns it left out. With `since_by` "key" the prompt for changes brings all
    rows of a key one of whose rows changed, with "row" only the rows that did. With `exists` false there is no such
    query.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str | None = None
    owner: Owner = "public"
    prompts: dict[PromptRole, str] = field(default_factory=dict)
    without: tuple[PromptRole, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)
    omitted: tuple[str, ...] = ()
    since_by: Literal["key", "row"] = "key"
    exists: bool = True
