"""The way to one API server: address, credentials, TLS, and plain GET requests."""

import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import ConfigException, kube_config, load_incluster_config, load_kube_config
from kubernetes.aio.config.incluster_config import SERVICE_TOKEN_FILENAME

from collectors.metadata_only import WHOLE
from collectors.settings import CollectSettings

_NoYamlError: type[Exception] = kube_config.yaml.YAMLError  # of the parser that it uses
_ODD: tuple[type[Exception], ...] = (TypeError, AttributeError, KeyError)  # the library trusts what is in it
KUBECONFIG_ERRORS = (ConfigException, OSError, ValueError, _NoYamlError, *_ODD)  # what reading one raises
_LOG = logging.getLogger(__name__)
_READ_AHEAD_BYTES = 1 << 20  # of each watch; what is read ahead is memory
_CONNECT_SECONDS = 20.0


class AccessError(RuntimeError):
    """The cluster cannot be reached with these settings; the message says what was tried."""


class RefusedError(Exception):
    """The API server answered something else than 200."""

    def __init__(self, status: int, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds


class Access:
    """An open way to one API server; made by `open_access`."""

    def __init__(self, configuration: Any, session: aiohttp.ClientSession, settings: CollectSettings) -> None:
        self._configuration = configuration
        self._session = session
        self._settings = settings

    @asynccontextmanager
    async def get(
        self, path: str, query: dict[str, str], silence_seconds: float, accept: str = WHOLE
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield the answer to a GET; raises RefusedError, or aiohttp.ClientError and TimeoutError.

        A connection that says nothing for `silence_seconds` is given up.
        """
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=silence_seconds)
        url = f"{self._configuration.host.rstrip('/')}{path}"
        headers = {"Accept": accept, **await self._credentials()}
        async with self._session.get(url, params=query, headers=headers, timeout=timeout) as response:
            if response.status != 200:
                raise await _refusal(response)
            yield response

    async def renew(self) -> None:
        """Read the credentials again, after a 401: a token may have been rotated on disk."""
        if not self._settings.server:
            await _configure(self._configuration, self._settings)

    async def _credentials(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        found = (await self._configuration.auth_settings()).get("BearerToken") or {}
        if found.get("value"):
            headers["Authorization"] = found["value"].strip()  # a file of a token may end with a line
        elif self._configuration.username:
            headers["Authorization"] = self._configuration.get_basic_auth_token()
        return headers


@asynccontextmanager
async def open_access(settings: CollectSettings) -> AsyncIterator[Access]:
    """Yield access to the cluster of the settings: `server`, else the kubeconfig, else the pod's own account.

    Raises AccessError where there are no usable credentials.
    """
    configuration: Any = Configuration()
    if settings.server:
        configuration.host = settings.server
    else:
        await _configure(configuration, settings)
    connector = aiohttp.TCPConnector(limit=0, ssl=_tls(configuration))  # each watch holds a connection
    async with aiohttp.ClientSession(connector=connector, read_bufsize=_READ_AHEAD_BYTES) as session:
        yield Access(configuration, session, settings)


async def _configure(configuration: Any, settings: CollectSettings) -> None:
    in_pod = not settings.kubeconfig and not settings.context and Path(SERVICE_TOKEN_FILENAME).exists()
    place = settings.kubeconfig or "the default kubeconfig ($KUBECONFIG, ~/.kube/config)"
    try:
        if in_pod:
            load_incluster_config(client_configuration=configuration)
        else:
            _check_there(settings.kubeconfig or kube_config.KUBE_CONFIG_DEFAULT_LOCATION)
            await load_kube_config(
                config_file=settings.kubeconfig or None,
                context=settings.context or None,
                client_configuration=configuration,
                persist_config=False,  # a recorder changes no file of its user
            )
    except (*KUBECONFIG_ERRORS, aiohttp.ClientError) as error:
        why = "it holds something else" if isinstance(error, _ODD) else " ".join(str(error).split())
        raise AccessError(
            f"no usable credentials in {place}: {why}; expected one that `kubectl get nodes` works with"
        ) from error


def _check_there(paths: str) -> None:
    files = [Path(path).expanduser() for path in paths.split(os.pathsep) if path]
    if not any(file.exists() for file in files):
        raise FileNotFoundError(f"there is no {' and no '.join(map(str, files))}")


def _tls(configuration: Any) -> ssl.SSLContext | bool:
    if configuration.host.startswith("http://"):
        return False
    try:
        context: ssl.SSLContext = RESTClientObject(configuration).ssl_context
    except (OSError, ssl.SSLError) as error:
        raise AccessError(f"the certificates for {configuration.host} cannot be read: {error}") from error
    return context


async def _refusal(response: aiohttp.ClientResponse) -> RefusedError:
    text = (await response.content.read(4096)).decode(errors="replace")
    wait = response.headers.get("Retry-After", "")
    return RefusedError(
        response.status,
        " ".join(text.split())[:300] or response.reason or "",
        float(wait) if wait.isascii() and wait.isdigit() else None,
    )
