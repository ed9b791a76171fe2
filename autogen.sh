#!/bin/sh -eu
# Make ./configure from configure.ac.
cd "$(dirname "$0")"
exec autoreconf --install --force --warnings=all
