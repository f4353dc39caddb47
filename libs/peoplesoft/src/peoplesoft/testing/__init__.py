"""What tests of this package and of its users need: invented sites with a WSDL, and a gateway that
follows a script.
"""
