#!/bin/sh
# Install a pinned, hashed set of packages into a virtual environment: install.sh FOLDER SET (run, test, engine, sam, deploy,
# docs or uv).
# uv does it where it could be installed before (install.sh .venv-uv uv), in a tenth of pip's time; elsewhere, or where it fails, pip.
# The stamp FOLDER/.SET-installed is written last. FOLDER/.installing marks an attempt that has not ended: found at the start,
# it means that the last one was interrupted, and the environment is made anew.
set -eu
cd "$(dirname "$0")/.."
folder=$1
set=$2
python=${PYTHON:-python3}
log=$folder/install.log
with_uv=.venv-uv
[ "$set" != uv ] || with_uv=
dot=${DOTS-.} # set but empty: several install at the same time, so each says where it begins and where it ends

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Of what a developer has set for pip and Python, only what says from where and how to fetch counts here: PIP_USER, PIP_TARGET,
# PIP_PYTHON and their like would install elsewhere, PIP_CONSTRAINT or PIP_NO_BINARY something else.
for name in $(env | sed -n 's/^\(PIP_[A-Za-z_]*\)=.*/\1/p'); do
    case $name in
    PIP_INDEX_URL | PIP_EXTRA_INDEX_URL | PIP_NO_INDEX | PIP_FIND_LINKS | PIP_TRUSTED_HOST | PIP_CERT | PIP_CLIENT_CERT | \
        PIP_PROXY | PIP_TIMEOUT | PIP_DEFAULT_TIMEOUT | PIP_RETRIES | PIP_CACHE_DIR | PIP_NO_CACHE_DIR | PIP_CONFIG_FILE | \
        PIP_KEYRING_PROVIDER) ;;
    *) unset "$name" ;;
    esac
done
unset PYTHONHOME PYTHONPATH PYTHONSAFEPATH PYTHONINSPECT PYTHONOPTIMIZE PYTHONWARNINGS PYTHONUSERBASE PYTHONDONTWRITEBYTECODE

command -v "$python" >/dev/null 2>&1 ||
    fail "Lotbook needs Python 3.11 or later, and there is no $python here. Install it, or name another: make run PYTHON=/path/to/python3"
[ "$("$python" -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null)" = True ] ||
    fail "Lotbook needs Python 3.11 or later; $python is $("$python" -V 2>&1). Name a newer one: make run PYTHON=python3.13"
"$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "This Python has no venv module. On Debian and Ubuntu it is a package of its own: apt install python3-venv"

if [ -d "$folder" ]; then
    if [ -e "$folder/.installing" ] || ! "$folder/bin/python" -I -c "" 2>/dev/null; then
        echo "$folder is half installed; making it anew."
        rm -rf "$folder"
    fi
fi

mkdir -p "$folder"
: >"$folder/.installing"
began=$(date +%s)
count=$(grep -c '^[a-z0-9]' "requirements/$set.txt")
[ "$count" = 1 ] && what=$set || what="$count packages"
printf 'Installing %s into %s (once) ' "$what" "$folder"
[ -n "$dot" ] || echo

# In a session of its own, so that whatever it starts can be ended with it.
"$python" -c 'import os, sys; os.setsid(); os.execv("/bin/sh", ["sh", *sys.argv[1:]])' -euc '
    [ -x "$1/bin/python" ] || "$2" -m venv --without-pip "$1"
    if [ -x "$4/bin/uv" ]; then
        "$4/bin/python" requirements/with_uv.py "$4" "$1/bin/python" "requirements/$3.txt" && exit
        echo "uv failed (above); pip is asked."
    fi
    "$1/bin/python" -m pip --version >/dev/null 2>&1 || "$1/bin/python" -m ensurepip
    # The set is complete and every file has its hash, so nothing is left to resolve.
    "$1/bin/python" -m pip --disable-pip-version-check --no-input install \
        --quiet --no-user --no-compile --no-deps --require-hashes -r "requirements/$3.txt"
' install "$folder" "$python" "$set" "$with_uv" >"$log" 2>&1 &
job=$!
give_up() {
    kill -s TERM -- "-$job" 2>/dev/null || :
    wait "$job" 2>/dev/null || :
    printf '\n%s\n' "Interrupted; the next start makes $folder anew." >&2
    exit 130
}
trap give_up INT TERM HUP
while [ -n "$dot" ] && kill -0 "$job" 2>/dev/null; do
    sleep 1
    printf %s "$dot"
done
wait "$job" || if [ -z "$with_uv" ]; then
    rm -rf "$folder/bin/uv"
    printf '%s ' "is not to be had here; pip does its work, more slowly (why: $log)."
else
    tail -n 15 "$log" >&2
    fail "The installation into $folder failed (above; all of it: $log). Is the package index reachable? Then run the same command again."
fi

if [ "$set" = test ]; then # test.txt holds everything that run.txt does
    : >"$folder/.run-installed"
fi
: >"$folder/.$set-installed"
rm -f "$folder/.installing"
[ -n "$dot" ] || printf %s "$folder"
echo " done in $(($(date +%s) - began)) s"
