"""Options that several commands share."""

from typing import Annotated

from msgspec import Meta

from stream_jobs.core.thresholds import ThresholdError
from stream_jobs.settings import set_thresholds
from wakeline.errors import UserError

LIVE = "~/.local/share/wakeline/live"
DEMO = "~/.local/share/wakeline/demo"

Store = Annotated[str, Meta(description="folder of the store", extra={"metavar": "FOLDER"})]


def thresholds_of(texts: tuple[str, ...]) -> dict[str, float]:
    """Read the option --threshold. Raises UserError."""
    try:
        return set_thresholds(texts)
    except ThresholdError as error:
        raise UserError(str(error)) from error


Port = Annotated[
    int | None,
    Meta(
        description="port on 127.0.0.1 of the page and of ClickHouse's protocol; else 8420, or a free one",
        ge=0,
        le=65535,
    ),
]
