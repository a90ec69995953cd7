"""Where one watch stands: the version to go on from, up to when all was seen, what makes that doubtful."""

from datetime import datetime, timedelta
from time import monotonic

from collectors.intake import RELISTED, Receiver
from collectors.notes import Place

_HELD_SECONDS = 5.0  # in which nobody took what was delivered: worth a word where a gap follows
_BEHIND = timedelta(seconds=10)  # after such a time without a watch, the server has much to send first
_QUIET_SECONDS = 2.0  # without a line: it has sent what it had


class Standing:
    """What one watch knows of itself, from connection to connection and over restarts."""

    def __init__(self, receiver: Receiver) -> None:
        self.position = ""  # resource version to go on from; "" = list first
        self.reason = RELISTED  # why the next list is read
        self.connected = False  # to a watch
        self.broken = False  # the last answer was an error, and none has come since
        self.doubtful = False  # whether the server still counts on from the position
        self._receiver = receiver
        self._idle = False  # waits for the server: all that came has been delivered
        self._spoke = False  # something came through this connection
        self._behind = False  # a watch goes on from long ago, and what the server has is still coming
        self._away = False  # the collector was not running, and nothing came since
        self._caught_up_at: datetime | None = None
        self._line_at = 0.0  # when a line came, or the watch began
        self._held_seconds = 0.0  # the longest wait for whoever takes what is delivered, since the last list

    def resume(self, place: Place) -> None:
        """Go on from a place that was noted before this start, instead of from a list."""
        self.position, self._caught_up_at = place.position, place.complete_at
        self._receiver.complete, self._receiver.heard_at = True, place.complete_at
        self.doubtful = self._away = True

    def suspect(self, since: datetime) -> None:
        """A collector that was killed may have told all from `since` on, without noting how far it came."""
        self._receiver.complete, self._receiver.heard_at = True, since
        self.reason = "the collector was killed before it noted how far it came"

    def place(self) -> Place | None:
        """Return where a later watch could go on; None where only a list could tell."""
        heard_at = self._receiver.heard_at
        if not (self.position and self._receiver.complete and heard_at):
            return None
        return Place(self.position, heard_at)

    def progress_until(self, now: datetime) -> datetime | None:
        """Return up to when all is told; None while a list is incomplete or the watch not up to date."""
        if not (self.connected and self._receiver.complete and self._caught_up_at):
            return None
        if self._behind and monotonic() - self._line_at < _QUIET_SECONDS:
            return None
        self._behind = False
        return now if self._idle else self._caught_up_at

    def connect(self, now: datetime) -> None:
        """A watch was accepted."""
        since = self._caught_up_at
        self._behind = since is not None and now - since > _BEHIND
        self.connected, self._idle, self.broken, self._spoke = True, True, False, False
        self._line_at = monotonic()

    def begin_burst(self, now: datetime) -> None:
        """Lines came."""
        self._idle, self._caught_up_at, self._line_at = False, now, monotonic()

    def end_burst(self) -> None:
        """What came has been delivered."""
        self._idle = True

    def end(self, now: datetime) -> None:
        """The server ended the watch, as it does every few minutes: all is told up to now."""
        self._caught_up_at = now

    def disconnect(self) -> None:
        """The watch is over, for whatever reason."""
        self.connected = self._idle = False

    def spoke(self, at_its_end: bool = False) -> None:
        """A line was an object or a bookmark; the latter says that nothing older is to come."""
        if not self._spoke:  # the server went on from the position
            self._spoke, self._away, self._held_seconds = True, False, 0.0
        self._behind = self._behind and not at_its_end

    def heard_error(self, before: datetime | None) -> None:
        """A watch that has brought nothing but an error shows nothing of the time since the last one."""
        if not self._spoke:
            self._receiver.heard_at = before

    def held(self, seconds: float) -> None:
        """Whoever takes what is delivered took that long."""
        self._held_seconds = max(self._held_seconds, seconds)

    def lose(self, why: str) -> None:
        """Only a list helps; remember why, with what kept the watch from going on in time."""
        if self._held_seconds > _HELD_SECONDS:
            why = f"records were not taken for {self._held_seconds:.0f} s, and {why}"
        elif self._away:
            why = f"the collector was not running, and {why}"
        self.position, self.reason = "", why
        self._held_seconds, self._away, self.doubtful = 0.0, False, False

    def list_ended(self, position: str, at: datetime) -> None:
        """A list was read to its end."""
        self.position, self.reason, self._caught_up_at = position, RELISTED, at
