"""Polls PeopleSoft for the payments and statuses of vouchers; run as `python -m payment_poller`."""
