#!/usr/bin/env bash
# Exports models and predicts with them in ONNX Runtime for Node.js, which npm fetches once into the build folder. Its CPU library is in the package: no
# script of a package is run. Skips, saying so, where there is no Node.js or no registry.
# usage: run.sh MAKE_MODELS BUILD_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
make_models=$1
modules=$2/modules
models=$2/models

skip() {
  echo "1..0 # SKIP $1"
  exit 0
}

command -v node > /dev/null || skip "there is no node; ./dev setup installs it"
command -v npm > /dev/null || skip "there is no npm; ./dev setup installs it"
if ! cmp -s "$here/package.json" "$modules/installed.json"; then
  rm -rf "$modules"
  mkdir -p "$modules"
  cp "$here/package.json" "$modules"
  npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --no-update-notifier --fetch-retries=0 --fetch-timeout=60000 > "$modules/npm.log" 2>&1 ||
    skip "npm cannot fetch the runtime: $(grep -m 1 code "$modules/npm.log" || tail -n 1 "$modules/npm.log")"
  cp "$here/package.json" "$modules/installed.json"
fi
rm -rf "$models"
"$make_models" "$models" > /dev/null
exec node "$here/predict.mjs" "$modules" "$models"
