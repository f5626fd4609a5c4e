"""The one error a user is meant to read."""


class UserError(Exception):
    """Something the user can mend: the message says what is wrong, where, and what to do next."""
