"""What the collector counts about itself."""

import msgspec


class Stats(msgspec.Struct):
    """Counters since the start, for one cluster."""

    received: int = 0  # items of lists and watches
    sent: int = 0  # changes
    dropped: int = 0  # items that told nothing new
    unreadable: int = 0  # lines that were no object
    gaps: int = 0
    relists: int = 0
    reconnects: int = 0
    refused: int = 0  # answers other than 200
    records: int = 0
    record_bytes: int = 0
