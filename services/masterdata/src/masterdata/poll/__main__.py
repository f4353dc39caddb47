"""`python -m masterdata.poll`: polls PeopleSoft's master data and publishes what changed."""

from chassis.streams.running import run_stream_service

from masterdata.poll.inject import SERVICE, masterdata_poll


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_stream_service(SERVICE, masterdata_poll)


if __name__ == "__main__":
    main()
