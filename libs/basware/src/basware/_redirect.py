"""Where a redirect may lead. A pre-signed address is opened without any credential."""

import ipaddress

from yarl import URL

STATUSES = frozenset({301, 302, 303, 307, 308})
_MAX_LENGTH = 8192


class BadRedirect(ValueError):
    """The address may not be followed; the message does not quote it, since it may be signed."""


def is_loopback(url: URL) -> bool:
    """Whether the host is this machine by name or address, without asking DNS."""
    host = (url.host or "").rstrip(".").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def allowed(url: URL) -> bool:
    """https anywhere, plain http on this machine only."""
    return url.scheme == "https" or (url.scheme == "http" and is_loopback(url))


def target(location: str | None, *, origin: URL) -> URL:
    """The address a redirect from `origin` leads to.

    Kept byte by byte: a rewritten escape would break the signature in it. Credentials inside an address
    are refused because they would become an Authorization. From https it never leads back to http, so a
    real tenant cannot point this client at services of its own machine.
    """
    if not location:
        raise BadRedirect("the redirect names no address")
    if len(location) > _MAX_LENGTH or not location.isascii() or not location.isprintable() or " " in location:
        raise BadRedirect("the redirect's address is malformed")
    try:
        url = origin.join(URL(location, encoded=True))
        host, user, password = url.host, url.user, url.password
        port = url.port
    except ValueError:
        raise BadRedirect("the redirect's address is malformed") from None
    if not host or port == 0:
        raise BadRedirect("the redirect's address has no host")
    if user is not None or password is not None:
        raise BadRedirect("the redirect's address holds credentials")
    if not allowed(url) or (origin.scheme == "https" and url.scheme != "https"):
        raise BadRedirect(f"the redirect leads to {url.scheme}://{host}, only https is followed")
    return url
