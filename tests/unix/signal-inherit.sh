#!/bin/busybox sh
# Ignored signals pass exec, handlers do not.
sh -c 'trap "" INT; exec sh -c "kill -INT \$\$; echo ignored"'
sh -c 'trap "echo x" INT; exec sh -c "kill -INT \$\$; echo never"' 2>/dev/null; echo $?
sh -c 'trap "" HUP; sh -c "grep SigIgn /proc/self/status | grep -o .\$"'
(trap '' HUP; sh -c 'kill -HUP $$; echo survived') | cat
