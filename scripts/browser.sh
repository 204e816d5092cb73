#!/bin/sh
# Brings Debian's Chromium for the browser tests, if there is none and we may. Never fails: without
# a browser those tests are skipped with one clear line (and fail where CI=true).
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
command -v apt-get >/dev/null 2>&1 || { echo "No browser, and no apt-get to bring one."; exit 0; }
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    as_root="sudo"
else
    echo "No browser, and no right to install one: sudo apt-get install chromium brings it."
    exit 0
fi
echo "Installing Chromium for the browser tests ..."
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq >/dev/null && $as_root apt-get install -y -qq --no-install-recommends \
    chromium fonts-dejavu-core >/dev/null 2>&1 || echo "Chromium could not be installed."
exit 0
