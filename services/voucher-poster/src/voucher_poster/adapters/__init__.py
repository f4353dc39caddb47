"""What the rules need from outside: Basware, PeopleSoft, Kafka."""
