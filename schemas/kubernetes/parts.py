"""What every object has: metadata, owners, conditions."""

from datetime import datetime

import msgspec


class Part(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A piece of an object. Absent and null fields have the default."""


class OwnerReference(Part, frozen=True, omit_defaults=True):
    """metadata.ownerReferences[]."""

    kind: str
    name: str
    uid: str
    apiVersion: str = "v1"
    controller: bool | None = None

    @property
    def group(self) -> str:
        """The API group; "" for core kinds."""
        return self.apiVersion.rpartition("/")[0]


class Metadata(Part, frozen=True, omit_defaults=True):
    """metadata, without managedFields (a Change carries them compacted)."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    generateName: str = ""
    generation: int = 0
    creationTimestamp: datetime | None = None
    deletionTimestamp: datetime | None = None  # request time plus grace: it lies in the future
    deletionGracePeriodSeconds: int | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    ownerReferences: tuple[OwnerReference, ...] | None = None
    finalizers: tuple[str, ...] | None = None


class Condition(Part, frozen=True, omit_defaults=True):
    """status.conditions[]; `status` is "True", "False" or "Unknown": the type decides which is bad."""

    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    lastTransitionTime: datetime | None = None


class SelectorRequirement(Part, frozen=True, omit_defaults=True):
    """matchExpressions[]: In, NotIn, Exists, DoesNotExist."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class LabelSelector(Part, frozen=True, omit_defaults=True):
    """A selector of objects by their labels; an empty one takes all."""

    matchLabels: dict[str, str] | None = None
    matchExpressions: tuple[SelectorRequirement, ...] | None = None


class View(Part, frozen=True, omit_defaults=True):
    """What every object has."""

    metadata: Metadata = Metadata()


class ConditionsStatus(Part, frozen=True, omit_defaults=True):
    """A status of which only the conditions are read."""

    conditions: tuple[Condition, ...] | None = None


class PlainStatus(ConditionsStatus, frozen=True, omit_defaults=True):
    """A status of a kind that nobody knows: what most of them call alike."""

    phase: str = ""
    state: str = ""
    message: str = ""


class Plain(View, frozen=True, omit_defaults=True):
    """Any kind without a view of its own: metadata, conditions and how it says it stands."""

    status: PlainStatus | None = None


def kind_key(group: str, kind: str) -> str:
    """Return the kind as kubectl spells it in full: "Pod", "Job.batch", "Workflow.argoproj.io"."""
    return f"{kind}.{group}" if group else kind
