# SPDX-License-Identifier: BSD-2-Clause
#
# The manual: build/man/man2/NAME.2 for each routine of defs/*.defs, by mig from
# the definitions and docs/man/calls.txt.  `man -M build/man vm_allocate` shows
# one.

MAN := $(B)/man/man2
MAN_TEXT := docs/man/calls.txt

.PHONY: man
man: $(B)/man/made

$(B)/man/made: $(MIG) $(MAN_TEXT) $(wildcard defs/*.defs) mk/man.mk \
		| $(MIG_INCLUDE)
	@$(call say,MAN,$(MAN))rm -rf $(MAN) && mkdir -p $(MAN)
	$(Q)for f in $(MIG_DEFS); do \
		$(MIG) -lang man -man $(MAN) -text $(MAN_TEXT) \
			-I $(B)/gen/defs $$f || exit 1; \
	done
	$(Q)touch $@
