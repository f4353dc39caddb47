"""A strict and nasty stand-in for PeopleSoft's Integration Broker."""
