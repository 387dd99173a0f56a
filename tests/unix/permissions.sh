#!/bin/busybox sh
# chmod forms, access checks as another user, sticky, setgid.
touch f; for m in 644 u+x g=w,o= a+r -x+X 4755 2711 1777; do chmod $m f; stat -c '%a %A' f; done
mkdir d; chmod 2775 d; touch d/x; mkdir d/y; stat -c '%A' d d/y
chmod 1777 d; stat -c %A d
chmod -R u=rwX,go= d; find d | sort | while read p; do stat -c '%a %n' $p; done
chown 1000:1000 f; stat -c '%u %g' f; chown :5 f; chgrp 7 f; stat -c '%u %g' f
chmod 600 f; chmod 755 .
[ -r f ] && [ -w f ] && echo root can; chmod 000 f; [ -r f ] && echo still; [ -x f ] || echo "not x"
