"""`python -m masterdata.importing`: imports into Basware what PeopleSoft's polls published."""

from chassis.streams.running import run_stream_service

from masterdata.importing.inject import SERVICE, masterdata_import


def main() -> None:
    """Runs until asked to stop. Exit status 2: wrong settings or keys; 70: must not go on."""
    run_stream_service(SERVICE, masterdata_import)


if __name__ == "__main__":
    main()
