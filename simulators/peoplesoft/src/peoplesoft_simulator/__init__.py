"""A strict and nasty stand-in for PeopleSoft's Integration Broker with a site-built AP_VOUCHER component interface.

Written from the public description of PeopleSoft's interfaces alone; it shares no code with the client that
talks to it. Run it with ``python -m peoplesoft_simulator --port P --books DIR --seed N``.
"""
