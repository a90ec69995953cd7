"""The program's log on stderr, one line an entry: text of a cluster in it is cleaned."""

import logging
import sys

from wakeline.terminal.text import clean


class CleanFormatter(logging.Formatter):
    """Formats entries so that no name or message of a cluster can move the cursor or forge a line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line; a traceback, which is ours, keeps its lines."""
        record.message = clean(record.message)
        return super().formatMessage(record)


def log_to_stderr(form: str, level: int) -> None:
    """Let all parts of the program write their log of at least `level` to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(CleanFormatter(form))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
