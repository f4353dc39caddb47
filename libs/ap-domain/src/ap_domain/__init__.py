"""Pure accounts-payable rules and types: no I/O, no clock, no randomness."""
