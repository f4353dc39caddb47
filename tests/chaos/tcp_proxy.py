"""A stretch of network that can be slow, cut, or dead without saying so: a TCP proxy on the loopback."""

import asyncio
import socket
from collections import deque
from collections.abc import Sequence
from typing import cast

LOOPBACK = "127.0.0.1"
HELD_BYTES = 1024 * 1024
"""What the proxy takes in of one direction while nothing gets through; then it stops reading, as a full window does."""
_LINGER = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # struct linger {1, 0}: a close is a reset


class TcpProxy:
    """Passes connections of one port on to one of several others, in turn, leaving out those that refuse.

    It starts passing everything. `delay` (seconds, each way), `cut`, `refuse` and `hold` act on the connections that
    exist as on those that come; `heal` ends all of them. Bytes that are passed on at all are passed on in order.
    """

    def __init__(self, *, name: str, port: int, targets: Sequence[int]) -> None:
        self.name = name
        self.port = port
        self.delay = 0.0
        self.held = False
        self._targets = deque(targets)
        self._refusing = False
        self._server: asyncio.Server | None = None
        self._connecting: set[asyncio.Task[None]] = set()
        self.ends: set[_End] = set()

    async def start(self) -> None:
        """Listen; OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Client(self), LOOPBACK, self.port, backlog=256)

    async def stop(self) -> None:
        """Close everything. Idempotent."""
        if self._server is not None:
            self._server.close()
            self.cut()
            for task in self._connecting:
                task.cancel()
            await asyncio.gather(*self._connecting, return_exceptions=True)
            self._server = None

    def cut(self) -> int:
        """Reset every connection, whatever is under way on it; how many ends there were. New ones get through."""
        ends = list(self.ends)
        for end in ends:
            end.reset()
        return len(ends)

    def refuse(self) -> None:
        """Reset every connection, and new ones at once."""
        self._refusing = True
        self.cut()

    def hold(self) -> None:
        """Half open: connections stay and new ones are accepted, but not a byte gets through either way."""
        self.held = True

    def heal(self, *, deliver: bool = True) -> None:
        """Everything passes again. What was held is delivered late, as TCP repeats it; or else its connections are
        reset.
        """
        self.delay, self._refusing = 0.0, False
        if self.held:
            self.held = False
            if not deliver:
                self.cut()
            for end in list(self.ends):
                end.go_on()

    def came_in(self, client: "_Client") -> None:
        """A connection was made to us: it waits for its other side."""
        if self._refusing:
            client.reset()
            return
        task = asyncio.get_running_loop().create_task(self._connect(client))
        self._connecting.add(task)
        task.add_done_callback(self._connecting.discard)

    async def _connect(self, client: "_Client") -> None:
        loop = asyncio.get_running_loop()
        for _ in range(len(self._targets)):
            target = self._targets[0]
            self._targets.rotate(-1)
            try:
                await loop.create_connection(lambda: _End(self, other=client), LOOPBACK, target)
            except OSError:
                continue
            return
        client.reset()


class _End(asyncio.Protocol):
    """One end of a connection: what it receives goes out at the other one, after the delay and unless held."""

    def __init__(self, proxy: TcpProxy, *, other: "_End | None" = None) -> None:
        self._proxy = proxy
        self._other = other
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[float, bytes]] = deque()
        self._waiting_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._proxy.ends.add(self)
        if self._other is not None:
            if self._other._ended and not self._other._waiting:
                self._transport.close()
                return
            self._other._other = self
            self._other.go_on()

    def data_received(self, data: bytes) -> None:
        self._waiting.append((self._now() + self._proxy.delay, data))
        self._waiting_bytes += len(data)
        if self._waiting_bytes > HELD_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self.go_on()

    def connection_lost(self, error: Exception | None) -> None:
        self._ended = True
        self._proxy.ends.discard(self)
        if error is not None and self._other is not None:
            self._other.reset()
        self.go_on()

    def pause_writing(self) -> None:
        if self._other is not None and self._other._transport is not None:
            self._other._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._other is not None and self._other._transport is not None and not self._other._ended:
            self._other._transport.resume_reading()

    def go_on(self) -> None:
        """Pass on what is due, and the end after the last byte."""
        out = self._other._transport if self._other is not None else None
        if self._proxy.held or out is None:
            return
        now = self._now()
        while self._waiting and self._waiting[0][0] <= now:
            _, data = self._waiting.popleft()
            self._waiting_bytes -= len(data)
            out.write(data)
        if self._waiting:
            self._wake_at(self._waiting[0][0])
        elif self._ended:
            out.close()
        if self._waiting_bytes <= HELD_BYTES and self._transport is not None and not self._ended:
            self._transport.resume_reading()

    def reset(self) -> None:
        """End it at once, unsent bytes and all; the peer gets a reset."""
        self._waiting.clear()
        self._waiting_bytes = 0
        if self._transport is not None and not self._ended:
            # SO_LINGER 0, so that the peer learns of it by a reset and does not take it for an orderly end.
            with_socket: socket.socket = self._transport.get_extra_info("socket")
            with_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
            self._transport.abort()

    def _wake_at(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(when, self.go_on)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


class _Client(_End):
    """The end of whoever connected to us."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._proxy.came_in(self)
