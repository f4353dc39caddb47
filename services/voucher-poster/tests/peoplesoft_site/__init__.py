"""The calls to PeopleSoft, over a site that holds what a test puts there."""
