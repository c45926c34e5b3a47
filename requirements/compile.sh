#!/bin/sh
# Compile the pinned, hashed requirement files from pyproject.toml. Needs `uv` on PATH. Run through `make lock`.
set -eu
cd "$(dirname "$0")/.."
compile() { # compile OUTPUT ARGS...
    out=$1
    shift
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate \
        "$@" --output-file "$out"
}
# test.txt is installed over run.txt into one environment: the smaller sets take their versions from it.
compile requirements/test.txt pyproject.toml --group rendering --group local --group command --group test
compile requirements/run.txt pyproject.toml --group rendering --group local --group command --constraint requirements/test.txt
compile layers/dependencies/requirements.txt pyproject.toml --constraint requirements/test.txt
compile layers/rendering/requirements.txt --group rendering --constraint requirements/test.txt
compile requirements/uv.txt --group installer
compile requirements/engine.txt --group engine
compile requirements/sam.txt --group sam
compile requirements/docs.txt --group docs
# The engine pins its own botocore; boto3, which SAM's translator wants, needs a newer one, and the engine runs with that, too.
compile requirements/deploy.txt --group deploy --constraint requirements/sam.txt --override requirements/deploy-override.in
