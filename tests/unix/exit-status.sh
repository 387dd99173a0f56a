#!/bin/busybox sh
# Statuses: not found, not executable, signals, exit codes.
nonesuch 2>/dev/null; echo $?
touch noexec; ./noexec 2>/dev/null; echo $?
sh -c 'exit 300'; echo $?
sh -c 'kill -9 $$'; echo $?
sh -c 'kill -TERM $$'; echo $?
sh -c 'exit'; echo $?
true && echo and; false || echo or
set -e; (false; echo never) || true; echo alive
set +e; sh -c 'set -e; false; echo never'; echo $?
