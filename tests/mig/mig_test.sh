#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The runner's way to the interface compiler's tests.
#
# Checklist: MIG-01 MIG-02 MIG-05 MIG-07
exec "$(dirname "$0")/run.sh"
