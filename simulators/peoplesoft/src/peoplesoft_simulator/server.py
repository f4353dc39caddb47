"""The simulator as a web application and as a server with an address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from peoplesoft_simulator.control import Control
from peoplesoft_simulator.control_json import refuse_bad_bodies
from peoplesoft_simulator.gateway import Gateway
from peoplesoft_simulator.inquiry_rest import InquiryConnector
from peoplesoft_simulator.master_data_control import MasterDataControl
from peoplesoft_simulator.payment_control import PaymentControl
from peoplesoft_simulator.query_rest import QueryConnector
from peoplesoft_simulator.voucher_control import VoucherControl
from peoplesoft_simulator.world import World

LARGEST_BODY = 16 * 1024 * 1024


def application(world: World) -> web.Application:
    """The connectors and the control API over one world."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[refuse_bad_bodies])
    app.add_routes(Gateway(world).routes())
    app.add_routes(QueryConnector(world).routes())
    app.add_routes(InquiryConnector(world).routes())
    app.add_routes(Control(world).routes())
    app.add_routes(MasterDataControl(world).routes())
    app.add_routes(VoucherControl(world).routes())
    app.add_routes(PaymentControl(world).routes())
    return app


@asynccontextmanager
async def simulator(
    *, books: Path, seed: int = 0, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Run the simulator while the block runs; gives its base URL. Port 0 takes a free one.

    A call whose client has gone is carried out all the same, as an application server does.
    """
    world = await World.open(books, seed=seed)
    runner = web.AppRunner(application(world), access_log=None, shutdown_timeout=2.0)
    try:
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        address = runner.addresses[0]
        yield f"http://{address[0]}:{address[1]}"
    finally:
        await runner.cleanup()
        await world.close()


async def serve(*, books: Path, seed: int, host: str, port: int, stop: asyncio.Event) -> None:
    """Run until `stop` is set; says on standard output when and where it is ready."""
    async with simulator(books=books, seed=seed, host=host, port=port) as url:
        print(f"ready {url}", flush=True)
        await stop.wait()
