"""Basware's lists read back and compared with what was published, entity by entity."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import aiohttp
from ap_domain.bank_details import masked, names_bank_details
from ap_domain.masterdata import EntityPlan, MasterDataPlan
from ap_domain.masterdata.comparison import Comparison, Finding, Verdict, Wanted
from ap_domain.masterdata.record_difference import FieldDifference
from basware import BaswareClient, BaswareError, import_api
from chassis.connections import Connection

from apstream_cli.connection_source import applied_connection
from apstream_cli.masterdata_book import Known, MasterDataBook, Stage
from apstream_cli.masterdata_choice import entity_of, plan_of, read_book
from apstream_cli.masterdata_orders import Ordering
from apstream_cli.refusal import Refusal
from apstream_cli.screen import error_console, line, print_json, show_table

__all__ = ["Comparing"]

STEP = 500
"""Records between two words of progress."""
LONGEST = 60
"""Characters of a value that is shown."""
BANK_DETAILS = "paymentMeans"
COLUMNS = ("entity", "company", "same", "missing", "different", "extra", "waiting", "refused")

_VERDICTS = (
    Verdict.SAME, Verdict.MISSING, Verdict.DIFFERENT, Verdict.EXTRA, Verdict.WAITING, Verdict.REFUSED,
)  # fmt: skip

Compared = Mapping[str, Comparison]
"""By entity, in the order of import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """One comparison as a person asks for it. ``order`` carries the repair out, ``show`` bounds what is listed."""

    order: Ordering
    entity: str | None
    company: str | None
    show: int
    as_json: bool

    async def run(self, *, repair: bool) -> bool:
        """Compares and shows; whether anything differs that is not being sent again. Raises Refusal."""
        cluster = self.order.cluster
        record = await self.order.chosen()
        plan = plan_of(record)
        entities = [entity_of(plan, self.entity)] if self.entity else list(plan.entities.values())
        served = record.fields["basware"]["company_codes"]
        if self.company is not None and self.company not in served:
            raise Refusal(
                f"{record.connection_id} serves no company {self.company}; it serves {', '.join(served)}"
            )
        connection = await applied_connection(cluster, record.connection_id)

        async def book(*, contents: bool) -> MasterDataBook:
            return await read_book(
                cluster, self.order.connections, connection.id, entity=self.entity, contents=contents
            )

        before = await book(contents=True)
        compared = await compare(connection, plan, before, entities=entities, company=self.company)
        if any(each.findings for each in compared.values()):
            settle(compared, connection.id, before=before, after=await book(contents=False))
        self._tell(compared)
        differs = any(each.findings for each in compared.values())
        if not (differs and repair):
            return differs
        wrong = {
            name: [
                each.external_code for each in found.findings.values() if each.verdict is not Verdict.EXTRA
            ]
            for name, found in compared.items()
        }
        if any(wrong.values()):
            await self.order.send_again(record, wrong)
        return any(each.count(Verdict.EXTRA) for each in compared.values())

    def _tell(self, compared: Compared) -> None:
        if self.as_json:
            for each in fields(compared):
                print_json(each)
            return
        show_table(COLUMNS, rows(compared))
        for name, found in compared.items():
            for verdict in (Verdict.MISSING, Verdict.DIFFERENT, Verdict.EXTRA):
                for finding in islice(found.found(verdict), self.show):
                    line(f"{name}: {said(finding)}")
                if (more := found.count(verdict) - self.show) > 0:
                    line(f"{name}: {more} more are {verdict}")


async def compare(
    connection: Connection,
    plan: MasterDataPlan,
    book: MasterDataBook,
    *,
    entities: Sequence[EntityPlan],
    company: str | None,
) -> Compared:
    """Reads each list to its end, telling on the terminal how far it is. Raises Refusal when Basware does not answer.

    A token that may only read is asked for.
    """
    found: dict[str, Comparison] = {}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        for entity in entities:
            target = import_api(entity.limit.api)
            client = BaswareClient(
                base_url=connection.basware.base_url,
                client_id=connection.basware.client_id,
                client_secret=connection.basware.client_secret.reveal(),
                session=session,
                scopes=(f"{target.scope}.read",),
            )
            found[entity.entity] = _comparison(connection.id, plan, book, entity, company)
            try:
                await _read(client, entity, found[entity.entity], company=company)
            except BaswareError as error:
                raise Refusal(f"{entity.entity} could not be read from Basware: {error}") from None
    return found


def settle(compared: Compared, connection_id: str, *, before: MasterDataBook, after: MasterDataBook) -> None:
    """Takes back what only differs because it moved on meanwhile."""
    for entity, comparison in compared.items():
        comparison.settle(_moved(before.records(connection_id, entity), after.records(connection_id, entity)))


def rows(compared: Compared) -> Iterator[tuple[str, ...]]:
    """As in `COLUMNS`: each entity by company, and all companies together."""
    for entity, comparison in compared.items():
        for company in (*comparison.companies, ""):
            counts = (str(comparison.count(each, company=company)) for each in _VERDICTS)
            yield entity, company or "all", *counts


def fields(compared: Compared) -> Iterator[dict[str, Any]]:
    """For programs: the counts, then every finding."""
    for entity, comparison in compared.items():
        for company in (*comparison.companies, ""):
            counts = {each.value: comparison.count(each, company=company) for each in _VERDICTS}
            yield {"entity": entity, "company": company or None, **counts}
    for entity, comparison in compared.items():
        for finding in comparison.findings.values():
            yield {
                "entity": entity,
                "external_code": finding.external_code,
                "verdict": finding.verdict,
                "companies": list(finding.companies),
                "fields": [
                    {"path": each.path, "wanted": value(each, each.wanted), "found": value(each, each.found)}
                    for each in finding.fields
                ],
            }


def said(finding: Finding) -> str:
    """One finding in one line."""
    companies = f" ({', '.join(finding.companies)})" if finding.companies else ""
    fields = "; ".join(
        f"{each.path} is {value(each, each.found)}, should be {value(each, each.wanted)}"
        for each in finding.fields
    )
    return f"{finding.verdict}: {finding.external_code}{companies}{f': {fields}' if fields else ''}"


def value(difference: FieldDifference, given: Any) -> str:
    """A value as it may be shown: short, and of an account number 4 characters at most."""
    if given is None:
        return "nothing"
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False, default=str)
    if difference.path.startswith(BANK_DETAILS) or names_bank_details(text):
        return "bank details" if not isinstance(given, str) else masked(text, "bank")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _moved(before: Mapping[str, Known], after: Mapping[str, Known]) -> Callable[[str], bool]:
    def moved(code: str) -> bool:
        old, new = before.get(code), after.get(code)
        return (old and old.standing) != (new and new.standing)

    return moved


async def _read(
    client: BaswareClient, entity: EntityPlan, comparison: Comparison, *, company: str | None
) -> None:
    count = 0
    with error_console.status(f"{entity.entity}: reading from Basware") as status:
        async for record in client.list_records(entity.limit.api, company_code=company):
            comparison.meet(record.external_code, record.content)
            count += 1
            if count % STEP == 0:
                status.update(f"{entity.entity}: {count} records read from Basware")
    comparison.end()


def _comparison(
    connection_id: str, plan: MasterDataPlan, book: MasterDataBook, entity: EntityPlan, company: str | None
) -> Comparison:
    verdicts = {
        Stage.PENDING: Verdict.WAITING,
        Stage.ASKING: Verdict.WAITING,
        Stage.REFUSED: Verdict.REFUSED,
    }
    return Comparison(
        {
            code: Wanted(
                content=known.content, active=known.standing.active, verdict=verdicts.get(known.stage)
            )
            for code, known in book.records(connection_id, entity.entity).items()
        },
        companies=[code for codes in entity.companies.values() for code in codes],
        company=company,
        prefix=plan.code_prefix,
    )
