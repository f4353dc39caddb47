"""Pure rules: which vouchers are watched, what was published of them, and what absence proves."""
