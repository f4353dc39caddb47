import asyncio

import aiohttp
import pytest
from chassis.admin import AdminServer
from chassis.metrics import CATALOGUE, computed, counter, gauge, histogram, page
from prometheus_client import CollectorRegistry


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> CollectorRegistry:
    for name in list(CATALOGUE):
        monkeypatch.delitem(CATALOGUE, name)
    return CollectorRegistry()


def test_the_page_is_made_from_the_metrics(registry: CollectorRegistry) -> None:
    counter("accepted", "Webhooks answered 200.", ["connection"], registry=registry)
    gauge("oldest_seconds", "Age of the oldest.", registry=registry)
    histogram("latency_seconds", "Time.", buckets=(0.1, 1), registry=registry)
    lines = page(CATALOGUE.values()).splitlines()
    assert "| `apstream_accepted_total` | counter | connection | Webhooks answered 200. |" in lines
    assert "| `apstream_oldest_seconds` | gauge | - | Age of the oldest. |" in lines
    with pytest.raises(ValueError, match="twice"):
        counter("accepted", "Again.", registry=registry)
    for name in list(CATALOGUE):
        del CATALOGUE[name]


def test_a_computed_gauge_is_on_the_page_and_has_the_values_of_the_moment(
    registry: CollectorRegistry,
) -> None:
    depth = computed("depth", "Records by phase.", ["connection", "phase"])
    assert "| `apstream_depth` | gauge | connection, phase | Records by phase. |" in page(CATALOGUE.values())
    (sample,) = depth.of([(("acme", "parked"), 2.0)]).samples
    assert (sample.name, sample.labels, sample.value) == (
        "apstream_depth",
        {"connection": "acme", "phase": "parked"},
        2.0,
    )
    CATALOGUE.clear()


async def test_the_admin_port_serves_metrics_and_says_what_is_wrong(registry: CollectorRegistry) -> None:
    counter("accepted", "Webhooks answered 200.", ["connection"], registry=registry).labels("acme").inc()
    wrong: list[str] = ["Kafka is away"]
    server = AdminServer(host="127.0.0.1", port=0, registry=registry)
    server.ready_when("kafka", lambda: wrong[0] if wrong else None)
    async with server as admin, aiohttp.ClientSession(f"http://127.0.0.1:{admin.port}") as http:
        async with http.get("/metrics") as answer:
            assert 'apstream_accepted_total{connection="acme"} 1.0' in await answer.text()
        async with http.get("/livez") as answer:
            assert answer.status == 200
        async with http.get("/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"kafka": "Kafka is away"})
        wrong.clear()
        async with http.get("/readyz") as answer:
            assert (answer.status, await answer.json()) == (200, {"kafka": "ok"})
    CATALOGUE.clear()


async def test_a_scrape_counts_the_tasks_of_the_event_loop() -> None:
    async def scraped(http: aiohttp.ClientSession) -> float:
        async with http.get("/metrics") as answer:
            lines = (await answer.text()).splitlines()
        (line,) = (each for each in lines if each.startswith("apstream_asyncio_tasks "))
        return float(line.split()[1])

    async with (
        AdminServer(host="127.0.0.1", port=0) as admin,
        aiohttp.ClientSession(f"http://127.0.0.1:{admin.port}") as http,
    ):
        before = await scraped(http)
        end = asyncio.Event()
        more = [asyncio.create_task(end.wait()) for _ in range(5)]
        assert await scraped(http) == before + len(more)
        end.set()
        await asyncio.gather(*more)
