"""One kind of object as the API serves it, and the moments at which it is seen."""

import msgspec

EVENTS_GROUP = "events.k8s.io"


class Resource(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A resource of the API: where it is served and what its objects are called.

    `kind` is "" while unknown (a recording's first line of an empty list says only "PodList").
    """

    group: str = ""
    version: str = "v1"
    resource: str  # plural, as in the URL
    kind: str = ""
    namespaced: bool = True
    key: tuple[str, str] = ("", "")  # (group, resource): what identifies it, whatever version is served

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "key", (self.group, self.resource))

    @property
    def title(self) -> str:
        """As people write it: "jobs.batch", "pods"."""
        return f"{self.resource}.{self.group}" if self.group else self.resource

    @property
    def api_version(self) -> str:
        """As objects write it: "batch/v1", "v1"."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def is_event(self) -> bool:
        """Whether its objects are Events, which expire by themselves."""
        return self.resource == "events" and self.group in ("", EVENTS_GROUP)
