"""The program's log on stderr, one line an entry: text of a cluster in it is cleaned."""

import json
import logging
import sys
from datetime import UTC, datetime

from wakeline.terminal.text import clean


class CleanFormatter(logging.Formatter):
    """Formats entries so that no name or message of a cluster can move the cursor or forge a line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """Return the line; a traceback, which is ours, keeps its lines."""
        record.message = clean(record.message)
        return super().formatMessage(record)


class JsonFormatter(logging.Formatter):
    """Formats each entry as one JSON object in one line: time, level, logger, message, and error if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(record.getMessage()),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def log_to_stderr(form: str, level: int, *, as_json: bool = False) -> None:
    """Let all parts of the program write their log of at least `level` to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if as_json else CleanFormatter(form))
    logging.basicConfig(level=level, handlers=[handler])
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
