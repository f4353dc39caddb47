"""Benchmarks of the whole: real Kafka, real processes, both simulators."""
