"""`python -m voucher_poster`: takes invoices from document to confirmed voucher."""

from chassis.ledger.process import run_service

from voucher_poster.inject import voucher_poster
from voucher_poster.wire import LAYOUT


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_service(LAYOUT.service, voucher_poster)


if __name__ == "__main__":
    main()
