"""Free TCP ports on the loopback that stay ours while a process restarts."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which operating systems give ports to outgoing connections: a client that keeps
# knocking at a port of that range while its server is down can end up connected to itself and block it.
_LOWEST, _HIGHEST = 20_000, 32_000
_ATTEMPTS = 200

_given: set[int] = set()  # a port drawn but not yet listened on must not be drawn again


def free_ports(count: int) -> tuple[int, ...]:
    """Different ports on which nobody listens at the moment; none is given twice by this process.

    They are not reserved: two processes that start stacks in the same instant may, very rarely, draw the
    same one; the second stack then fails at its start and says so.
    """
    draw = random.SystemRandom()
    found: list[int] = []
    for _ in range(_ATTEMPTS):
        port = draw.randrange(_LOWEST, _HIGHEST)
        if port not in _given and _is_free(port):
            _given.add(port)
            found.append(port)
        if len(found) == count:
            return tuple(found)
    raise OSError(f"no {count} free ports between {_LOWEST} and {_HIGHEST} on {LOOPBACK}; see `ss -ltn`")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
