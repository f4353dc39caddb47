"""`python -m ingress.documents`: fetches what Basware's webhooks name."""

from chassis.ledger.process import run_service

from ingress.documents.inject import document_fetcher
from ingress.documents.wire import LAYOUT


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_service(LAYOUT.service, document_fetcher)


if __name__ == "__main__":
    main()
