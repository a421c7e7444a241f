#!/bin/sh
# Backup of a deployment with docker/compose.yml: backup.sh [FILE]
#
# Saves the configuration: kong/, docker/ without images' sources, .env, what config build wrote, certificates. They contain
# secrets: the file is readable for you only. With VOLUMES="phoenix-data grafana-data" (names of compose.yml) it saves these
# volumes too; Docker must run, and Phoenix and Grafana should be stopped. With Postgres: pg_dump of the database `kong`.
#
# Kong's own `kong config db_export` does not work with plugins of a plugin server.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
file=${1:-$root/../kong-backup-$(date +%Y%m%dT%H%M%S).tar.gz}
case $file in /*) ;; *) file=$PWD/$file ;; esac
if [ -e "$file" ]; then
  echo "backup.sh: $file exists" >&2
  exit 1
fi
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/volumes"
for volume in ${VOLUMES:-}; do
  docker run --rm -v "kong-ai-plugins_$volume:/data:ro" -v "$work/volumes:/backup" "${TAR_IMAGE:-busybox:1.37}" \
    tar -czf "/backup/$volume.tar.gz" -C /data .
done
if [ -n "${POSTGRES:-}" ]; then
  docker compose -f "$root/docker/compose.yml" -f "$root/docker/overlays/postgres.yml" exec -T postgres \
    pg_dump -U kong --clean --if-exists kong >"$work/volumes/postgres.sql"
fi

# Written beside the target and renamed: an interrupted backup leaves no half file under its name.
tar -czf "$file.part" --exclude=docker/upstreams --exclude='kong/*/*.ts' \
  -C "$root" kong/kong.yml kong/kong.conf kong/request-log.conf kong/profiles kong/lua docker \
  -C "$work" volumes
mv "$file.part" "$file"
echo "$file"
