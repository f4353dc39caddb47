"""The body of a control call as the order it is, or why it is none."""

from typing import Any, TypeVar

from aiohttp import web
from pydantic import ValidationError

from .decimal_json import JsonError, loads
from .typed import adapter

Order = TypeVar("Order")


class OrderError(Exception):
    """An order that cannot be carried out, with the status it is answered with."""

    def __init__(self, status: int, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.status = status
        self.problems = problems


async def json_of(request: web.Request) -> dict[str, Any]:
    """The JSON object of a body; an empty body is an empty object."""
    try:
        value = loads(await request.read() or b"{}")
    except JsonError as error:
        raise OrderError(400, f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise OrderError(400, "an object is expected")
    return value


async def order_of(request: web.Request, kind: type[Order]) -> Order:
    """The body as an order of this kind."""
    try:
        return adapter(kind).validate_python(await json_of(request))
    except ValidationError as error:
        raise OrderError(400, *words(error)) from error


def words(error: ValidationError) -> list[str]:
    """What is wrong, without the input: it may hold a secret."""
    return [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
