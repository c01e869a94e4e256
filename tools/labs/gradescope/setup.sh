#!/bin/sh
# SPDX-License-Identifier: MIT
#
# setup.sh - once, when the autograder's image is made: install what Pagoda needs, and build
# the grader's tree, so that a submission costs only the student's files.
set -eu
cd "$(dirname "$0")"
[ "${PAGODA_IS_SET_UP:-}" ] || {
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -y -q --no-install-recommends make gcc libc6-dev binutils python3
    (cd tree && sh tools/setup.sh test)
}
python3 tree/tools/labs/autograder.py --build
