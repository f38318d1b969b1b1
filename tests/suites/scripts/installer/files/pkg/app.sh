#!/bin/sh
. "$(dirname "$0")/../lib/app/lib.sh"
greet "$@"
