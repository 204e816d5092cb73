#!/bin/sh
# Brings newman, Postman's own runner, into .cache/newman for the test of the Postman collection, if
# there is npm. Never fails: without newman that test is skipped with one clear line.
folder="$(dirname "$0")/../.cache/newman"
[ -f "$folder/node_modules/newman/bin/newman.js" ] && exit 0
command -v npm >/dev/null 2>&1 || { echo "No npm: the Postman collection is not run."; exit 0; }
echo "Installing newman for the test of the Postman collection ..."
mkdir -p "$folder"
npm install --silent --no-audit --no-fund --no-save --prefix "$folder" newman@6.2.2 ||
    echo "newman could not be installed: the Postman collection is not run."
exit 0
