"""Client of PeopleSoft Integration Broker: component interfaces over SOAP; usable on its own."""
