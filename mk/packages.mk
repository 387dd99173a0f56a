# SPDX-License-Identifier: BSD-2-Clause
#
# Debian packages: looked after while make reads this, so every rule may count on
# the tools.  Once they are there nobody asks again until the list changes.

PACKAGES_SEEN := $(B)/packages.seen

ifneq ($(shell [ $(PACKAGES_SEEN) -nt mk/packages.txt ] || \
	{ tools/packages mk/packages.txt && mkdir -p $(B) && \
	touch $(PACKAGES_SEEN); } || echo failed),)
$(error Debian packages are missing)
endif

packages:
	@tools/packages mk/packages.txt
