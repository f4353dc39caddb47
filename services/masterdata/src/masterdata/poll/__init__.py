"""Reads PeopleSoft's master data and publishes what changed, and only that."""
