# SPDX-License-Identifier: BSD-2-Clause
#
# The manual.  build/man/man2/NAME.2 for each routine of defs/*.defs, by mig from
# the definitions and docs/man/calls.txt; the pages docs/man/*.[23] as they are,
# and under each name that they are about.  `man -M build/man vm_allocate` shows
# one.

MAN := $(B)/man
MAN_TEXT := docs/man/calls.txt
MAN_PAGES := $(wildcard docs/man/*.[23])

.PHONY: man
man: $(MAN)/made

$(MAN)/made: $(MIG) $(MAN_TEXT) $(MAN_PAGES) $(wildcard defs/*.defs) mk/man.mk \
		| $(MIG_INCLUDE)
	@$(call say,MAN,$(MAN))rm -rf $(MAN) && mkdir -p $(MAN)/man2 $(MAN)/man3
	$(Q)for f in $(MIG_DEFS); do \
		$(MIG) -lang man -man $(MAN)/man2 -text $(MAN_TEXT) \
			-I $(B)/gen/defs $$f || exit 1; \
	done
	$(Q)for f in $(MAN_PAGES); do \
		s=$${f##*.}; cp $$f $(MAN)/man$$s/ || exit 1; \
		for n in $$(sed -n 's/^\.Nm \([A-Za-z0-9_]*\).*/\1/p' $$f); do \
			[ -f $(MAN)/man$$s/$$n.$$s ] || \
			echo ".so man$$s/$${f##*/}" >$(MAN)/man$$s/$$n.$$s; \
		done; \
	done
	$(Q)touch $@
