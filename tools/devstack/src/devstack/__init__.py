"""Starts and stops a whole apstream on one machine: Kafka, simulators, services."""
