"""Stream services without Kafka: the same contract, in memory, for tests of what stands on the ports."""

from chassis.streams.testing.memory import MemoryStreams, SetAside
from chassis.streams.testing.producer import RecordingProducer, Sent
from chassis.streams.testing.surroundings import MovedClock, RunningFlows

__all__ = ["MemoryStreams", "MovedClock", "RecordingProducer", "RunningFlows", "Sent", "SetAside"]
