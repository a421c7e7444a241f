#!/usr/bin/env bash
# Loads a declarative file into a running Kong through its Admin API, asks the gateway whether it is well, and otherwise
# loads the file that ran before.
#
#   roll-out.sh NEW BEFORE ADMIN_URL GATEWAY_URL [option of `doctor`...]
#
# Kong keeps the configuration in memory: also put the file where Kong reads it at its next start. PROGRAM is the command
# of the suite, if it is not the build of this folder.
set -euo pipefail

if (($# < 4)); then
  echo 'usage: roll-out.sh NEW BEFORE ADMIN_URL GATEWAY_URL [option of doctor...]' >&2
  exit 2
fi
new=$1 before=$2 admin=$3 gateway=$4
shift 4
program=${PROGRAM:-node $(dirname "$0")/../../dist/plugins/main.js}

load() { # FILE
  local answer status
  answer=$(curl --silent --show-error --max-time 120 --write-out '\n%{http_code}' \
    --form "config=@$1" "$admin/config?flatten_errors=1") || return 1
  status=${answer##*$'\n'}
  [[ $status == 201 ]] && return
  printf 'Kong rejects %s with status %s:\n%s\n' "$1" "$status" "${answer%$'\n'*}" >&2
  return 1
}

is_well() {
  local attempt
  for attempt in 1 2 3 4 5 6; do
    # The workers take the new configuration one after the other, and health checks need a moment.
    sleep "${PAUSE:-5}"
    # shellcheck disable=SC2086 # several words
    $program doctor --gateway "$gateway" --admin "$admin" "$@" && return
  done
  return 1
}

# A file that Kong rejects changes nothing.
load "$new" || exit 1
is_well "$@" && exit 0
echo "The gateway is not well with $new: loading $before again." >&2
load "$before" || echo "$before cannot be loaded either: the gateway still has $new." >&2
exit 1
