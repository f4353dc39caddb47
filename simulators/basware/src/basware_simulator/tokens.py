"""``POST /v1/tokens`` and the check of what it issued (authentication OpenAPI; OAuth client credentials)."""

import base64
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs

from .answers import Answer, RefusalError, gateway_refusal, json_answer
from .records import Tenant, Token
from .world import World

_ENTITIES = """
    accountingDocuments accounts advancedPermissions advancedValidations contracts costCenters errorFeedbacks
    exchangeRates exportedContracts exportedContractSpends exportedPurchaseOrders exportedPurchaseRequisitions
    lists matchingOrders matchingOrderLines paymentTerms projects purchaseOrders purchaseRequisitions
    purchaseGoodsReceipts subscriptions taxCodes users vendors applicationGroups companies requestStatus tasks
    taskStatus
"""
SCOPES = frozenset(
    f"{entity}.{right}" for entity in _ENTITIES.split() for right in ("read", "write", "delete")
)


def issue_token(*, world: World, authorization: str | None, body: bytes) -> Answer:
    """Answer a token request; the body is a form.

    Raises:
        RefusalError: 400, 401 or 422, in the words of the vendor's examples.
    """
    if authorization is None:
        missing = {"loc": ["header", "authorization"], "msg": "field required", "type": "value_error.missing"}
        raise RefusalError(json_answer({"detail": [missing]}, status=422))
    form = {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()}
    for name in ("grant_type", "scope"):
        if not form.get(name):
            raise _invalid("invalid_request", f"{name} field required")
    tenant = find_client(world, authorization)
    if tenant is None:
        raise RefusalError(json_answer({"error": "invalid_client"}, status=401))
    if form["grant_type"] != "client_credentials":
        raise _invalid("unsupported_grant_type", "grant_type must be client_credentials")
    scopes = tuple(form["scope"].split())
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown:
        raise _invalid("invalid_scope", f"unknown scope {unknown[0]}")
    token = world.books.tokens.put(
        Token(
            jti=world.new_id(),
            tenant=tenant.name,
            scopes=scopes,
            expires=world.now() + timedelta(seconds=tenant.settings.token_seconds),
        )
    )
    return json_answer(
        {
            "access_token": _written(world, token, tenant),
            "scope": " ".join(scopes),
            "expires_in": tenant.settings.token_seconds,
            "token_type": "Bearer",
        }
    )


def find_token(world: World, authorization: str | None) -> Token | None:
    """The token a request shows, whether or not it still holds."""
    kind, _, text = (authorization or "").partition(" ")
    if kind.lower() != "bearer":
        return None
    try:
        jti = json.loads(_decoded(text.split(".")[1]))["jti"]
    except (IndexError, ValueError, KeyError, TypeError):
        return None
    token = world.books.tokens.get(str(jti))
    if token is None:
        return None
    tenant = world.books.tenants.get(token.tenant)
    if tenant is None or not hmac.compare_digest(_written(world, token, tenant).encode(), text.encode()):
        return None
    return token


def revoke(world: World, token: Token) -> None:
    """End a token before its time."""
    world.books.tokens.put(replace(token, revoked=True))


def revoke_all(world: World, tenant: str) -> int:
    """End every token of a tenant, and say how many there were."""
    held = [token for token in world.books.tokens if token.tenant == tenant and not token.revoked]
    for token in held:
        revoke(world, token)
    return len(held)


def require(*, world: World, token: Token | None, scope: str) -> Tenant:
    """The tenant on whose behalf a call may go on.

    Raises:
        RefusalError: 401 without a token that holds, 401 or 403 (a setting) without the scope.
    """
    tenant = world.books.tenants.get(token.tenant) if token is not None else None
    if token is None or tenant is None or token.revoked or token.expires <= world.now():
        raise gateway_refusal(401, "Unauthorized")
    if scope not in token.scopes:
        raise gateway_refusal(tenant.settings.missing_scope_status, "Forbidden")
    return tenant


def find_client(world: World, authorization: str) -> Tenant | None:
    """The tenant whose client id and secret a request shows."""
    kind, _, text = authorization.partition(" ")
    try:
        client_id, _, secret = _decoded(text).decode().partition(":")
    except ValueError:
        return None
    for tenant in world.books.tenants:
        if (
            kind.lower() == "basic"
            and tenant.client_id == client_id
            and hmac.compare_digest(tenant.client_secret.encode(), secret.encode())
        ):
            return tenant
    return None


def _written(world: World, token: Token, tenant: Tenant) -> str:
    """The token as text: shaped like Basware's RS256 tokens, with a signature only the simulator can check."""
    expires = int(token.expires.timestamp())
    head = {"alg": "RS256", "kid": "simulator", "typ": "at+jwt"}
    claims = {
        "sub": tenant.client_id,
        "scope": " ".join(token.scopes),
        "iss": "https://api.basware.com",
        "aud": "OpenAPI",
        "exp": expires,
        "jti": token.jti,
        "bwcid": tenant.name,
    }
    text = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
    signature = b"".join(
        hmac.digest(f"{world.token_key}/{part}".encode(), text.encode(), "sha256") for part in range(8)
    )
    return f"{text}.{_encoded(signature)}"


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """Decode either alphabet of base64, padded or not; ValueError if it is neither."""
    standard = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    return base64.b64decode(standard, validate=True)


def _invalid(error: str, description: str) -> RefusalError:
    return RefusalError(json_answer({"error": error, "error_description": description}, status=400))
