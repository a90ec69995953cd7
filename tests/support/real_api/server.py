"""Runs the API server; for tests.

    with RealApi() as api:
        api.url, api.token    # full access
        api.compact()         # forget old versions: a watch from one gets 410
        with api.away():      # stopped within, and started again
            api.erase("/registry/pods/team-a/train")
        api.rotate("another") # `token` from the next start on

No controllers, scheduler or kubelet run: objects stay as they are written, their status too.
"""

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache as cache_result
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson
import pytest

from tests.support.real_api.build import cache, program

START_SECONDS = 60


class RealApi:
    """Starts on entry; stops and removes its data on exit. `restart` keeps data and port.

    `users` are further tokens by user name, for tests of what somebody may do.
    """

    def __init__(self, *flags: str, users: dict[str, str] | None = None) -> None:
        self.token = "admin-token"
        self.flags = flags
        self.users = users or {}
        self.folder = Path(tempfile.mkdtemp(prefix="real-api."))
        self.etcd_port, self.peer_port, self.port = _free_port(), _free_port(), _free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "RealApi":
        self.rotate(self.token)
        key = self.folder / "sa.key"
        subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
        try:
            self._start_etcd()
            self._start_api()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def rotate(self, token: str) -> None:
        """Change the administrator's token; the server reads it at its next start."""
        self.token = token
        rows = [
            f'{token},admin,1,"system:masters"',
            *(f"{key},{name},{name}" for name, key in self.users.items()),
        ]
        (self.folder / "tokens.csv").write_text("\n".join(rows) + "\n")

    def kubeconfig(self, token: str = "", token_file: Path | None = None) -> str:
        """Write a kubeconfig for a token, the administrator's unless said, and return its path."""
        path = self.folder / f"kubeconfig-{len([*self.folder.glob('kubeconfig-*')])}"
        user = {"tokenFile": str(token_file)} if token_file else {"token": token or self.token}
        entry = {"cluster": "real", "user": "real"}
        cluster = {"server": self.url, "insecure-skip-tls-verify": True}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "real",
            "contexts": [{"name": "real", "context": entry}],
            "clusters": [{"name": "real", "cluster": cluster}],
            "users": [{"name": "real", "user": user}],
        }
        path.write_bytes(orjson.dumps(document))
        return str(path)

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        """Send a request, as the administrator unless said; return the answer. Raises HTTPError."""
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"}
        if method == "PATCH":
            headers["Content-Type"] = "application/merge-patch+json"
        data = None if body is None else orjson.dumps(body)
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=20, context=_unverified()) as answer:
            return orjson.loads(answer.read())

    def compact(self) -> None:
        """Forget old versions in etcd now, as the API server does every five minutes."""
        body = {"physical": True, "revision": str(self.revision())}
        _post(f"http://127.0.0.1:{self.etcd_port}/v3/kv/compaction", body)

    def erase(self, key: str) -> None:
        """Take an object out of etcd behind the API server's back."""
        base = f"http://127.0.0.1:{self.etcd_port}/v3/kv"
        if int(_post(f"{base}/deleterange", {"key": _b64(key)})["deleted"]) != 1:
            raise KeyError(key)

    def revision(self) -> int:
        """Return the newest revision of etcd, which is the newest resource version."""
        answer = _post(f"http://127.0.0.1:{self.etcd_port}/v3/kv/range", {"key": "AA=="})
        return int(answer["header"]["revision"])

    def history(self, since: int) -> list[tuple[str, str, int]]:
        """Return what was written after a revision, as etcd knows it: key, verb, revision."""
        base = f"http://127.0.0.1:{self.etcd_port}/v3"
        end = int(_post(f"{base}/kv/put", {"key": _b64("end"), "value": ""})["header"]["revision"])
        watch = {"key": "AA==", "range_end": "AA==", "start_revision": str(since + 1)}  # of every key
        request = urllib.request.Request(f"{base}/watch", data=orjson.dumps({"create_request": watch}))
        found: list[tuple[str, str, int]] = []
        with urllib.request.urlopen(request, timeout=20) as lines:
            while not found or found[-1][2] < end:
                found += map(_written, orjson.loads(lines.readline())["result"].get("events", ()))
        return found[:-1]

    @contextmanager
    def away(self) -> Iterator[None]:
        """Stop the API server, and start it again on the same port and data at the block's end."""
        self._stop("kube-apiserver")
        yield
        self._start_api()

    def _is_ready(self) -> bool:
        request = urllib.request.Request(
            f"{self.url}/readyz", headers={"Authorization": f"Bearer {self.token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=2, context=_unverified()) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _start_etcd(self) -> None:
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.peer_port}"
        self._run(
            "etcd",
            "--name=t",
            f"--data-dir={self.folder / 'etcd'}",
            "--unsafe-no-fsync",
            "--log-level=error",
            "--watch-progress-notify-interval=1s",  # bookmarks come from it; clusters set 5s
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=t={peer}",
        )

    def _start_api(self) -> None:
        key = self.folder / "sa.key"
        self._run(
            "kube-apiserver",
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self.port}",
            f"--cert-dir={self.folder / 'certs'}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--anonymous-auth=false",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--disable-admission-plugins=ServiceAccount",
            "--shutdown-delay-duration=0s",
            *self.flags,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._processes["kube-apiserver"].poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "kube-apiserver.log").read_text()[-4000:])
            time.sleep(0.1)

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [program(name), *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def _stop(self, name: str) -> None:
        process = self._processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(2.5)
        except subprocess.TimeoutExpired:  # it waits up to a minute for open watches
            process.kill()
            process.wait()

    def _close(self) -> None:
        for name in ("kube-apiserver", "etcd"):
            self._stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)


def make_real_api(*flags: str, users: dict[str, str] | None = None) -> RealApi:
    """Return an API server to start, or skip the test, naming what is missing.

    With WAKELINE_REQUIRE_ALL=1 in the environment the test fails instead.
    """
    needed = [] if (cache() / "kube-apiserver").exists() else ["go"]
    missing = [tool for tool in ("openssl", *needed) if shutil.which(tool) is None]
    if missing:
        reason = f"needs {' and '.join(missing)}: apt-get install golang openssl (Go 1.24 or newer)"
        if os.environ.get("WAKELINE_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return RealApi(*flags, users=users)


def _b64(key: str) -> str:
    return b64encode(key.encode()).decode()


def _written(event: dict[str, Any]) -> tuple[str, str, int]:
    pair = event["kv"]
    if event.get("type") == "DELETE":
        verb = "deleted"
    else:
        verb = "added" if pair["create_revision"] == pair["mod_revision"] else "modified"
    return b64decode(pair["key"]).decode(), verb, int(pair["mod_revision"])


@cache_result
def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _post(url: str, body: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, data=orjson.dumps(body), headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return orjson.loads(answer.read())
