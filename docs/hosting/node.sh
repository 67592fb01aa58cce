#!/usr/bin/env bash
# Makes this machine a node of a cluster: node.sh HEAD:PORT. Further words go to `ray start`; GPUs are found by themselves.
set -euo pipefail
head="${1:?say where the head is: node.sh HOST:PORT}"
shift
cd "$(dirname "$0")/../.."

export RAY_AUTH_MODE=token
export PYTHONPATH="$PWD"
export RAY_USAGE_STATS_ENABLED=0
if [ -z "${RAY_AUTH_TOKEN:-}" ] && [ ! -f ~/.ray/auth_token ]; then
    echo "This machine lacks the cluster's token: copy ~/.ray/auth_token here from the head, for your eyes only." >&2
    exit 1
fi

exec ray start --address "$head" "$@"
