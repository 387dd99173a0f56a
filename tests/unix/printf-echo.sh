#!/bin/busybox sh
# printf formats, escapes, echo options.
printf '%d %i %u %o %x %X\n' 10 -5 7 8 255 255; printf '%5d|%-5d|%05d|%+d\n' 42 42 42 42
printf '%s|%10s|%-10s|%.2s\n' abc abc abc abc; printf '%f %.3f %e %g\n' 3.14159 2.71828 12345.678 0.0001
printf '%c%c\n' hello world; printf '%%|%b|\n' 'a\tb\n'; printf '%s\n' one two three; printf '%s-%s\n' a b c
echo -e 'a\tb\\n\x41\101'; echo -n no; echo; echo -E 'raw\t'; printf '\a\b' | od -An -c
printf '%*d\n' 6 42
