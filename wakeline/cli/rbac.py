"""`wakeline rbac`: the rights of a collector, to look at and to apply."""

import sys
from typing import Annotated

from msgspec import Meta, Struct


class RbacSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline rbac`."""

    name: Annotated[str, Meta(description="name of the account and of its role")] = "wakeline-collector"
    account_namespace: Annotated[
        str, Meta(description="namespace of the account, where the collector runs")
    ] = "wakeline"
    namespaces: Annotated[
        tuple[str, ...],
        Meta(description="namespaces to give rights in; none: all, and cluster-scoped kinds"),
    ] = ()
    include: Annotated[
        tuple[str, ...],
        Meta(description="kinds to add, as example.com/trainings or example.com/*"),
    ] = ()
    secrets: Annotated[
        bool, Meta(description="add Secrets, of which the collector asks for metadata only")
    ] = False


def rbac(settings: RbacSettings) -> None:
    """Print the rights that a collector needs, for kubectl apply: get, list and watch, kind by kind.

    Secrets are not among them. The namespace of the account must be there already.

    For example:

        wakeline rbac --account-namespace monitoring | kubectl apply -f -
    """
    from wakeline.rights import Wanted, rights

    wanted = Wanted(
        name=settings.name,
        account_namespace=settings.account_namespace,
        namespaces=settings.namespaces,
        include=settings.include,
        secrets=settings.secrets,
    )
    sys.stdout.write(rights(wanted))
