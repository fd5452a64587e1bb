#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright The Sextant developers
#
# run-columnar.sh TOOL FOLDER SCRIPT: puts other readers and writers into FOLDER, in exactly these versions, and runs SCRIPT beside them. Without
# node, npm or a way to get them the test is skipped.
set -u
tool=$(realpath "$1") folder=$2 script=$(realpath "$3")
packages='apache-arrow@21.2.0 @duckdb/node-api@1.5.6-r.1 hyparquet@1.33.0 hyparquet-compressors@1.1.2 hyparquet-writer@0.17.0'

command -v node >/dev/null && command -v npm >/dev/null || { echo "1..0 # SKIP there is no node or npm"; exit 0; }
mkdir -p "$folder" && cd "$folder" || exit 1
exec 9>lock
flock 9
if [ "$(cat packages 2>/dev/null)" != "$packages" ]; then
  [ -f package.json ] || echo '{ "private": true }' >package.json
  # shellcheck disable=SC2086
  npm install --no-audit --no-fund --no-package-lock --ignore-scripts --fetch-retries=0 --fetch-timeout=60000 --loglevel=error $packages >install.log 2>&1 ||
    { echo "1..0 # SKIP the packages cannot be had: $(grep -m 1 code install.log || tail -n 1 install.log)"; exit 0; }
  echo "$packages" >packages
fi
flock -u 9
cp "$(dirname "$script")"/*.mjs .
COLUMNAR_TOOL=$tool exec node "$(basename "$script")"
