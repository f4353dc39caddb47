"""Evidence that was made up, for tests of the checker: a run in which everything held, and ways to break it."""
