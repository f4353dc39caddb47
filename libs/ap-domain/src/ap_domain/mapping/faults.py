"""Why an invoice could not be turned into a voucher."""


class MappingFault(ValueError):
    """The data of one invoice do not fit: the invoice goes back to Basware, where a clerk can correct it.

    `field` is Basware's path or PeopleSoft's property, `value` what was there (of bank details the last
    characters, see `ap_domain.bank_details`), `rule` what it had to be.
    """

    def __init__(self, *, document: str, field: str, value: str, rule: str) -> None:
        self.document = document
        self.field = field
        self.value = value if len(value) <= 120 else f"{value[:117]}..."
        self.rule = rule
        super().__init__(f"invoice {document}: {field} is {self.value or 'blank'}: {rule}")


class ConfigurationFault(ValueError):
    """The connection's mapping (or another section, `what`) is wrong or incomplete: the flow stops until it is
    corrected, nothing is rejected.

    `problems` are all that were found, each naming the key.
    """

    def __init__(self, problems: tuple[str, ...], *, what: str = "mapping") -> None:
        self.problems = problems
        super().__init__(f"the {what} of the connection needs correction: " + "; ".join(problems))
