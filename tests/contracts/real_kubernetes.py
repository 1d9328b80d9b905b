"""A real API server for contract tests: etcd, kube-apiserver and kube-controller-manager.

They come from the folder that `KUBEBUILDER_ASSETS` names. There is no kubelet: a thread writes
the status of pods, so that rollouts finish. Pods whose image starts with `bad` are left alone.
"""

import contextlib
import json
import os
import secrets
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.sandbox.ports import free_port

Json = dict[str, Any]
_CONTROLLERS = (
    "deployment-controller,replicaset-controller,garbage-collector-controller,"
    "namespace-controller,cronjob-controller,job-controller"
)
_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
_START_SECONDS = 60.0
_POD_SECONDS = 0.3


def missing() -> str | None:
    """Why there is no real server, None when there is."""
    folder = os.environ.get("KUBEBUILDER_ASSETS")
    if not folder:
        return "KUBEBUILDER_ASSETS is not set (a folder with etcd, kube-apiserver, ...)"
    absent = [name for name in _PROGRAMS if not (Path(folder) / name).exists()]
    return f"{', '.join(absent)} not in KUBEBUILDER_ASSETS" if absent else None


@dataclass
class ControlPlane:
    """A running server. `held` names the namespaces whose pods are left Pending."""

    url: str
    ca_file: Path
    tokens: dict[str, str]
    held: set[str] = field(default_factory=set)

    def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        content_type: str = "application/json",
    ) -> Json:
        """Ask as the admin; raises `urllib.error.HTTPError` for refusals."""
        request = urllib.request.Request(  # noqa: S310 - always https on loopback
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.tokens['admin']}",
                "Content-Type": content_type,
            },
        )
        trusted = ssl.create_default_context(cafile=str(self.ca_file))
        # Without proxies: looking for them reads the environment, which pytest changes meanwhile.
        direct, tls = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
        with urllib.request.build_opener(direct, tls).open(request, timeout=10) as answer:
            text = answer.read()
        try:
            parsed: Json = json.loads(text)
        except ValueError:
            return {"text": text.decode()}
        return parsed


@contextlib.contextmanager
def running(folder: Path) -> Iterator[ControlPlane]:
    """Start all three below `folder`, and stop them at the end."""
    assets = Path(os.environ["KUBEBUILDER_ASSETS"])
    plane = ControlPlane(
        url=f"https://127.0.0.1:{free_port()}",
        ca_file=folder / "certs" / "apiserver.crt",
        tokens={name: secrets.token_hex(16) for name in ("admin", "bot", "nobody")},
    )
    with contextlib.ExitStack() as stack:
        etcd_url = _start_etcd(stack, assets, folder)
        _start_api_server(stack, assets, folder, plane, etcd_url)
        _wait_until_ready(plane)
        _start_controllers(stack, assets, folder, plane)
        stack.enter_context(_pods_running(plane))
        yield plane


def kubeconfig(plane: ControlPlane, user: str, namespace: str) -> Json:
    """What a kubeconfig file for that user contains."""
    cluster = {"server": plane.url, "certificate-authority": str(plane.ca_file)}
    context = {"cluster": "real", "user": user, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "real", "cluster": cluster}],
        "users": [{"name": user, "user": {"token": plane.tokens[user]}}],
        "contexts": [{"name": "real", "context": context}],
        "current-context": "real",
    }


def _start_etcd(stack: contextlib.ExitStack, assets: Path, folder: Path) -> str:
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    _start(
        stack,
        folder,
        assets / "etcd",
        f"--data-dir={folder / 'etcd'}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
    )
    return client


def _start_api_server(
    stack: contextlib.ExitStack, assets: Path, folder: Path, plane: ControlPlane, etcd_url: str
) -> None:
    tokens = folder / "tokens.csv"
    groups = {"admin": '"system:masters"', "bot": "", "nobody": ""}
    rows = [f"{plane.tokens[name]},{name},{name},{group}" for name, group in groups.items()]
    tokens.write_text("\n".join(rows) + "\n")
    key = folder / "service-account.key"
    command = ("openssl", "genrsa", "-out", str(key), "2048")
    subprocess.run(command, check=True, capture_output=True)
    _start(
        stack,
        folder,
        assets / "kube-apiserver",
        f"--etcd-servers={etcd_url}",
        "--bind-address=127.0.0.1",
        f"--secure-port={plane.url.rpartition(':')[2]}",
        f"--cert-dir={plane.ca_file.parent}",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--authorization-mode=RBAC",
        f"--token-auth-file={tokens}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        "--disable-admission-plugins=ServiceAccount",
    )


def _start_controllers(
    stack: contextlib.ExitStack, assets: Path, folder: Path, plane: ControlPlane
) -> None:
    config = folder / "admin.kubeconfig"
    config.write_text(json.dumps(kubeconfig(plane, "admin", "default")))
    _start(
        stack,
        folder,
        assets / "kube-controller-manager",
        f"--kubeconfig={config}",
        "--leader-elect=false",
        f"--controllers={_CONTROLLERS}",
        f"--secure-port={free_port()}",
        f"--cert-dir={folder / 'controller-certs'}",
    )


def _start(stack: contextlib.ExitStack, folder: Path, program: Path, *flags: str) -> None:
    log = stack.enter_context((folder / f"{program.name}.log").open("wb"))
    process = subprocess.Popen([str(program), *flags], stdout=log, stderr=log, cwd=folder)
    stack.callback(process.wait)
    stack.callback(process.kill)


def _wait_until_ready(plane: ControlPlane) -> None:
    pause = threading.Event()
    for _ in range(int(_START_SECONDS / 0.1)):
        with contextlib.suppress(OSError):
            plane.request("GET", "/readyz")
            return
        pause.wait(0.1)
    raise TimeoutError("kube-apiserver did not become ready")


@contextlib.contextmanager
def _pods_running(plane: ControlPlane) -> Iterator[None]:
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(_POD_SECONDS):
            # A pod may go between the list and the patch, and the server at the very end.
            with contextlib.suppress(OSError):
                _run_pods(plane)

    thread = threading.Thread(target=work, name="pods", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _run_pods(plane: ControlPlane) -> None:
    for pod in plane.request("GET", "/api/v1/pods")["items"]:
        metadata, containers = pod["metadata"], pod["spec"]["containers"]
        is_bad = containers[0]["image"].startswith("bad")
        running = pod["status"]["phase"] == "Running"
        if is_bad or running or metadata["namespace"] in plane.held:
            continue
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}/status"
        body = {"status": _running_status(containers)}
        with contextlib.suppress(urllib.error.HTTPError):
            plane.request("PATCH", path, body, "application/strategic-merge-patch+json")


def _running_status(containers: list[Json]) -> Json:
    kinds = ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    return {
        "phase": "Running",
        "conditions": [{"type": kind, "status": "True"} for kind in kinds],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
            }
            for container in containers
        ],
    }
