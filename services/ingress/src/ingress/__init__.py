"""Webhook receiver (web) and document fetcher (documents)."""
