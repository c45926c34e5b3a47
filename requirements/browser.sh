#!/bin/sh
# Find a Chromium for the tests, or install Debian's on a machine of CI. Prints its path. Exits 1 with one line where none is to be had.
# Only CI's machines are changed (CI=true, root, apt-get), in a bounded time: a slow mirror must not eat up CI's.
set -eu
INDEX_SECONDS=40
INSTALL_SECONDS=150
NONE='no Chromium here. On Debian: apt-get install chromium; elsewhere set CHROMIUM=/path/to/chromium'

found() {
    for name in ${CHROMIUM:-chromium chromium-browser google-chrome google-chrome-stable}; do
        command -v "$name" && return
    done
    return 1
}

found && exit
if [ "${CI:-}" != true ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "$NONE"
    exit 1
fi
apt() { # apt SECONDS ARGS...: nothing is asked, nothing is waited for without a bound
    seconds=$1
    shift
    timeout --kill-after=10 "$seconds" env DEBIAN_FRONTEND=noninteractive apt-get -qq \
        -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o DPkg::Lock::Timeout=30 "$@" >/dev/null
}
echo 'Installing Chromium for the tests (once)' >&2
apt "$INDEX_SECONDS" update || : # an old index may do
apt "$INSTALL_SECONDS" install --yes --no-install-recommends chromium || :
found && exit
echo "no Chromium here, and apt-get could not install one"
exit 1
