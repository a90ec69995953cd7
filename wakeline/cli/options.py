"""Options that several commands share."""

from typing import Annotated

from msgspec import Meta

LIVE = "~/.local/share/wakeline/live"
DEMO = "~/.local/share/wakeline/demo"

Store = Annotated[str, Meta(description="folder of the store", extra={"metavar": "FOLDER"})]
Port = Annotated[
    int | None,
    Meta(
        description="port on 127.0.0.1 of the page and of ClickHouse's protocol; else 8420, or a free one",
        ge=0,
        le=65535,
    ),
]
