#!/bin/sh
# Load test of a gateway with calls of a tool: load.sh wrk|ab|k6 [URL [SECONDS [CONNECTIONS]]]
#
# Build kong.yml with the profile `load` first: otherwise the limits answer. API_KEY is sent as apikey if it is set.
set -eu
tool=${1:-}
url=${2:-http://127.0.0.1:8000/py-calculator/mcp}
seconds=${3:-10}
connections=${4:-16}
here=$(cd "$(dirname "$0")" && pwd)

case $tool in
  wrk | ab | k6) ;;
  *)
    echo "usage: load.sh wrk|ab|k6 [URL [SECONDS [CONNECTIONS]]]" >&2
    exit 2
    ;;
esac
if ! command -v "$tool" >/dev/null; then
  echo "load.sh: $tool is not installed" >&2
  exit 2
fi

case $tool in
  wrk) exec wrk --latency -t 2 -c "$connections" -d "${seconds}s" -s "$here/tool-call.lua" "$url" ;;
  ab)
    # -n is a bound only: -t would set it to 50000. -k keeps connections, -l accepts bodies of different lengths.
    exec ab -q -k -l -t "$seconds" -n 10000000 -c "$connections" -p "$here/tool-call.json" -T application/json \
      -H 'Accept: application/json, text/event-stream' -H "apikey: ${API_KEY:-}" "$url"
    ;;
  k6) exec k6 run --vus "$connections" --duration "${seconds}s" -e "URL=$url" "$here/tool-call.k6.js" ;;
esac
