#!/bin/busybox sh
# A file without a name lives while it is open.
echo content >f; exec 3<f; rm f; cat <&3; ls; exec 3<&-
exec 4>g; rm g; echo more >&4; exec 4>&-; ls | wc -l
mkdir d; exec 5<d; rmdir d; exec 5<&-; ls | wc -l
(echo a; rm -f h; echo b) >h; ls | wc -l
