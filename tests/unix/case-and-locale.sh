#!/bin/busybox sh
# Bytes in the C locale: high bytes, sorting, classes.
printf '\303\251\n' | wc -c; printf '\303\251\n' | od -An -tx1; printf 'b\nA\na\nB\n' | sort; case B in [a-z]) echo lower;; *) echo upper;; esac
echo MiXed | tr '[:upper:]' '[:lower:]'; printf '\001\002' | tr '\001' a | od -An -c; echo 'tab	end' | expand -t 4; touch "$(printf 'n\351')"; ls | wc -l
