#!/usr/bin/env bash
# Makes this machine the head of a cluster that only those who have its token may use. Further words go to `ray start`.
set -euo pipefail
cd "$(dirname "$0")/../.."

export RAY_AUTH_MODE=token      # without it, whoever can reach the cluster can run what they like
export PYTHONPATH="$PWD"        # nodes import Thaw from their own copy of it
export RAY_USAGE_STATS_ENABLED=0
[ -n "${RAY_AUTH_TOKEN:-}" ] || ray get-auth-token --generate > /dev/null # kept in ~/.ray/auth_token

exec ray start --head --port "${PORT:-6379}" --dashboard-host 127.0.0.1 "$@"
