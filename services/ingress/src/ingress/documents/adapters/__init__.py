"""What the fetcher needs from outside: Basware and Kafka."""
