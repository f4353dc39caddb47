"""Receives Basware's webhooks: answers 200 only when the notification is durable in Kafka."""
