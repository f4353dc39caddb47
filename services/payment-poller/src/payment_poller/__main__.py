"""`python -m payment_poller`: polls PeopleSoft's payments of our vouchers and publishes what changed."""

from chassis.streams.running import run_stream_service

from payment_poller.inject import payment_poller
from payment_poller.tables import SERVICE


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_stream_service(SERVICE, payment_poller)


if __name__ == "__main__":
    main()
