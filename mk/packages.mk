# SPDX-License-Identifier: BSD-2-Clause
#
# Debian packages: installed once, before anything else is built.  make
# rebuilds included files first and then starts over, so every later rule may
# count on the tools.

$(B)/packages.mk: mk/packages.txt tools/packages
	@mkdir -p $(B)
	@tools/packages mk/packages.txt
	@date -u '+# checked %F %T' > $@

include $(B)/packages.mk

packages:
	@tools/packages mk/packages.txt
