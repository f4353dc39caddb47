"""Master data: PeopleSoft is polled, what changed is published, and Basware is told."""
