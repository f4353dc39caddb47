"""What the webhook receiver needs to know beside what every service does."""

from chassis.settings import ServiceSettings
from pydantic import Field


class WebSettings(ServiceSettings):
    """Environment variables with the prefix APSTREAM_; times in seconds."""

    public_host: str = Field(default="127.0.0.1", description="address that Basware's webhooks reach")
    public_port: int = Field(ge=0, le=65535, description="port of the same; 0 takes a free one")
    webhook_concurrency: int = Field(
        default=512, ge=1, le=100_000, description="webhooks worked on at once; more are answered 503"
    )
    webhook_connections: int = Field(
        default=2048,
        ge=1,
        le=100_000,
        description="open connections at once; more are answered 503 and closed",
    )
    webhook_request_seconds: float = Field(
        default=10.0, gt=0, le=120, description="time in which the whole request must have arrived"
    )
    webhook_durable_seconds: float = Field(
        default=5.0, gt=0, le=120, description="time in which Kafka must confirm, else 503"
    )
