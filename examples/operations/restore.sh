#!/bin/sh
# Restores a backup of backup.sh: restore.sh FILE [FOLDER]
#
# Unpacks it into FOLDER (default: this clone), after kong.yml in it passed `kong-ai-plugins check`. Files that would be
# overwritten are kept with the ending .before. Volumes are restored if VOLUMES names them; stop the services that use them.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
file=${1:?usage: restore.sh FILE [FOLDER]}
target=${2:-$root}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tar -xzf "$file" -C "$work"
node "$root/dist/plugins/main.js" check "$work/kong/kong.yml" >&2 || {
  echo "restore.sh: kong.yml in the backup is not valid for this version; nothing was restored" >&2
  exit 1
}
mkdir -p "$target"
(cd "$work" && find kong docker -type f) | while read -r name; do
  mkdir -p "$target/$(dirname "$name")"
  if [ -e "$target/$name" ] && ! cmp -s "$work/$name" "$target/$name"; then
    cp -p "$target/$name" "$target/$name.before"
    echo "replaced $name"
  fi
  # Renamed over the old one: Kong never reads half of a file.
  cp -p "$work/$name" "$target/$name.restored"
  mv "$target/$name.restored" "$target/$name"
done
for volume in ${VOLUMES:-}; do
  docker run --rm -v "kong-ai-plugins_$volume:/data" -v "$work/volumes:/backup:ro" "${TAR_IMAGE:-busybox:1.37}" \
    sh -c "rm -rf /data/..?* /data/.[!.]* /data/* && tar -xzf /backup/$volume.tar.gz -C /data"
done
echo "restored. Now: docker compose up -d, docker compose restart kong, and kong-ai-plugins doctor"
