"""Which cluster is meant, and whether it keeps strangers out: whoever reaches an open one can run what they like."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping

from core.errors import TrainingError, shown
from core.home import PROJECT

SECONDS_TO_CONNECT = 5.0
PATIENCE = 60.0
REFUSED = 3
"""What a knock comes to that was not let in."""

HOW = "docs/hosting.md says how to start a cluster"


def address_of(given: str, environment: Mapping[str, str] = os.environ) -> str:
    """host:port of the cluster's head."""
    address = given or environment.get("RAY_ADDRESS", "")
    host, _, port = address.rpartition(":")
    if not address:
        raise TrainingError(f"There is no cluster to train on: set THAW_RAY_ADDRESS to host:port of its head; {HOW}.")
    if not host or not port.isdecimal() or "/" in host:
        raise TrainingError(f"THAW_RAY_ADDRESS is {shown(address)}; give host:port of the cluster's head; {HOW}.")
    return address


def refuse_an_open_one(address: str, environment: Mapping[str, str] = os.environ) -> None:
    """A sentence for a cluster that cannot be reached, or that lets anybody in."""
    if environment.get("RAY_AUTH_MODE") != "token":
        raise TrainingError(f"Set RAY_AUTH_MODE=token, and the cluster's token as RAY_AUTH_TOKEN or a file; {HOW}.")
    _reach(address)
    without = {**environment, "RAY_AUTH_MODE": "disabled"}
    command = [sys.executable, "-m", "core.engines.cluster.guard", address]
    try:
        knocked = subprocess.run(command, cwd=PROJECT, env=without, capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        raise TrainingError(f"The cluster at {address} does not answer; look whether its head is well.") from None
    if knocked.returncode == 0:
        raise TrainingError(
            f"The cluster at {address} lets anybody in who can reach it, and whoever is in can run what they like; "
            f"start every node of it with RAY_AUTH_MODE=token and a token; {HOW}."
        )
    if knocked.returncode != REFUSED:
        said = (knocked.stderr.decode(errors="replace").strip().splitlines() or ["it gave no reason"])[-1]
        raise TrainingError(f"Whether the cluster at {address} is closed to strangers can't be told ({said[:200]}).")


def _reach(address: str) -> None:
    """Fail at once where nobody listens: Ray's own client tries for two minutes."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS_TO_CONNECT).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise TrainingError(
            f"No cluster answers at {address} ({reason}); start it, or mend the address; {HOW}."
        ) from None


def knock(address: str) -> int:
    """Ask the cluster for something, with the token that is set here, or with none."""
    from ray._raylet import GcsClient  # type: ignore[attr-defined]
    from ray.exceptions import AuthenticationError

    try:
        GcsClient(address=address).internal_kv_keys(b"", None, timeout=SECONDS_TO_CONNECT)
    except AuthenticationError:
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(knock(sys.argv[1]))
