#!/bin/busybox sh
# exec: replacing the shell, arguments, environment, scripts.
sh -c 'exec echo replaced; echo never'
A=1 sh -c 'echo $A'; env -i B=2 /bin/busybox env; env C=3 sh -c 'echo $C'
printf '#!/bin/busybox sh\necho script $1 $#\n' >s; chmod +x s; ./s a b
printf '#!/bin/busybox cat\ncat script\n' >a; chmod +x a; ./a
printf 'echo no shebang\n' >n; chmod +x n; ./n
printf '#!/nonesuch\n' >bad; chmod +x bad; ./bad 2>/dev/null; echo $?
printf '\177ELFgarbage' >e; chmod +x e; sh -c ./e 2>/dev/null; [ $? != 0 ] && echo not run
sh -c 'exec 3>f; exec sh -c "echo kept >&3"'; cat f
(exec -a other sh -c 'echo $0') 2>/dev/null || echo no -a
x=$(sh -c 'echo $(seq 1 3000)'); echo ${#x}
