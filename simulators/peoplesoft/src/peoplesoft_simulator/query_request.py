"""A query as it is asked for over REST, read from the address exactly as it was sent.

Lists are positional: names and values belong together by their place. Commas divide them before anything is decoded,
so a value with a comma cannot be said.
"""

from urllib.parse import unquote_plus

from peoplesoft_simulator.query_catalogue import SiteQuery
from peoplesoft_simulator.query_run import Prompt, QueryRefused, QueryRun

_PROMPT_LISTS = ("prompt_psqueryname", "prompt_uniquepromptname", "prompt_fieldvalue")


def read_query_request(query: SiteQuery, raw_path: str, *, form: tuple[str, str]) -> QueryRun:
    """The run that is asked for; `form` is the type and format of the answer.

    Raises:
        QueryRefused: `maxrows` is missing, lists do not match, a value holds a comma, the query is connected, or the
            form is none that is simulated.
    """
    sent = _parameters(raw_path)
    if form not in (("JSON", "NONFILE"), ("XMLP", "NONFILE")):
        raise QueryRefused("only JSON and XMLP with NONFILE are simulated")
    if unquote_plus(sent.get("isconnectedquery", "")) != "N":
        raise QueryRefused("isconnectedquery must be N")
    queries, names, values = (_list(sent, each) for each in _PROMPT_LISTS)
    if queries == names == values == [""]:
        # Empty lists, as a query without prompts has them.
        queries = names = values = []
    if not len(names) == len(values) == len(queries):
        raise QueryRefused(f"{len(queries)} query names, {len(names)} prompt names, {len(values)} values")
    return QueryRun(
        query=query,
        prompts=tuple(
            Prompt(query=of, name=name, value=value)
            for of, name, value in zip(queries, names, values, strict=True)
        ),
        max_rows=whole_number(unquote_plus(sent.get("maxrows", "")), name="maxrows"),
        columns=frozenset(each for each in _list(sent, "filterfields") if each),
    )


def wants_json(raw_path: str, *, flag: str) -> bool:
    """Whether the site's flag for JSON is set; without it the answer is XML, whatever the path says."""
    return unquote_plus(_parameters(raw_path).get(flag, "")).lower() == "true"


def whole_number(text: str, *, name: str) -> int:
    """A number that must be given.

    Raises:
        QueryRefused: it is missing or no number.
    """
    if not (text.isascii() and text.isdigit()):
        raise QueryRefused(f"{name} must be a number, not {text!r}")
    return int(text)


def _parameters(raw_path: str) -> dict[str, str]:
    """Parameters as sent, nothing decoded."""
    _, _, query = raw_path.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    found = {name: value for name, _, value in pairs}
    if len(found) != len(pairs):
        raise QueryRefused("a parameter is given twice")
    return found


def _list(sent: dict[str, str], name: str) -> list[str]:
    if name not in sent:
        return []
    values = [unquote_plus(each) for each in sent[name].split(",")]
    if any("," in each for each in values):
        raise QueryRefused(f"a value in {name} holds a comma")
    return values
