"""Builds etcd and kube-apiserver once, into a cache. Imports nothing that has to be installed."""

import fcntl
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
MODULES = {
    "etcd": ("etcd", "go.etcd.io/etcd/server/v3"),
    "kube-apiserver": ("kube", "k8s.io/kubernetes/cmd/kube-apiserver"),
}
NEEDED = (1, 25)  # of Go, by etcd
TOOLCHAIN = "go1.25.4"  # where Go is older: newer ones are modules too, and older ones can download a module
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def cache() -> Path:
    """Where the programs are kept."""
    return Path(os.environ.get("WAKELINE_CACHE") or Path.home() / ".cache" / "wakeline")


def program(name: str) -> Path:
    """Return a program, building it on first use. One process at a time builds."""
    folder, package = MODULES[name]
    target = cache() / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _build(folder, package, target)
    return target


def build_all() -> None:
    """Build what is not built yet."""
    for name in MODULES:
        program(name)


def _build(folder: str, package: str, target: Path) -> None:
    made = target.with_suffix(".new")
    module = target.parent / f"{target.name}.module"  # go may write to it
    shutil.copytree(HERE / folder, module, dirs_exist_ok=True)
    command = [_go(), "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(made), package]
    settings = {"GOFLAGS": "-mod=mod", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    _run(command, module, settings)
    shutil.rmtree(module)
    made.rename(target)


def _go() -> str:
    """Return the `go` to build with: the machine's own, or where that is too old, the one it can download."""
    said = _run(["go", "version"], HERE, {"GOTOOLCHAIN": "local"})
    found = re.search(r"go(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) >= NEEDED:
        return "go"
    machine = f"{platform.system().lower()}-{_ARCHITECTURES.get(platform.machine(), platform.machine())}"
    wanted = f"golang.org/toolchain@v0.0.1-{TOOLCHAIN}.{machine}"
    answer = json.loads(_run(["go", "mod", "download", "-json", wanted], cache(), {"GO111MODULE": "on"}))
    root = Path(answer["Dir"])
    for tool in [*(root / "bin").iterdir(), *(root / "pkg" / "tool").rglob("*")]:
        if tool.is_file():  # a module's files are not executable
            tool.chmod(0o755)
    return str(root / "bin" / "go")


def _run(command: list[str], folder: Path, settings: Mapping[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
