"""What went wrong for a reason that the user can mend: one sentence, no traceback."""


class UserError(Exception):
    """Something outside of the program is not as it must be; the message says what, where and what to do."""
