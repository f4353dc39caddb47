"""``python -m apstream_cli`` is ``apstream``."""

from apstream_cli.main import app

app()
