#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The runner's way to the interface compiler's tests.
exec "$(dirname "$0")/run.sh"
