"""Makes the evaluation's connection exist in both simulators: Basware tenant, webhook, PeopleSoft site."""

import argparse
import http.client
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

CLIENT = "acme-client"
COMPANY = "BW00"


class Refused(Exception):
    """A simulator did not take what it was told; the message has its words."""


def tell(simulator: str, path: str, order: dict[str, object]) -> None:
    """POST an order to a control API. Raises Refused, and OSError when nobody answers."""
    connection = http.client.HTTPConnection(urlsplit(simulator).netloc, timeout=20)
    try:
        connection.request(
            "POST", f"/control/{path}", body=json.dumps(order), headers={"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace")
    finally:
        connection.close()
    if answer.status // 100 != 2:
        raise Refused(f"{simulator}/control/{path} answered {answer.status}: {said[:1000]}")


def introduce(*, secrets: Path, basware: str, peoplesoft: str, webhook: str) -> None:
    """Tell both simulators of the connection; telling them again changes nothing."""
    tell(
        basware,
        "tenants",
        {
            "tenant": "acme",
            "client_id": CLIENT,
            "client_secret": (secrets / "acme-basware").read_text(),
            "company_codes": [COMPANY],
        },
    )
    tell(
        basware,
        "subscriptions",
        {
            "tenant": "acme",
            "url": webhook,
            "secret": (secrets / "acme-webhook").read_text(),
            "signature_encoding": "hex",
        },
    )
    tell(
        peoplesoft,
        "sites",
        {
            "node": "PSFT_EP",
            "ci_name": "AP_VOUCHER",
            "operator": "APSTREAM",
            "password": (secrets / "acme-peoplesoft").read_text(),
        },
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--secrets", type=Path, required=True, help="directory that secrets.sh filled")
    parser.add_argument("--basware", required=True, help="http://host:port of the Basware simulator")
    parser.add_argument("--peoplesoft", required=True, help="http://host:port of the PeopleSoft simulator")
    parser.add_argument("--webhook", required=True, help="where Basware's notifications go")
    given = parser.parse_args()
    try:
        introduce(
            secrets=given.secrets, basware=given.basware, peoplesoft=given.peoplesoft, webhook=given.webhook
        )
    except (OSError, http.client.HTTPException, Refused) as problem:
        print(f"introduce: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
