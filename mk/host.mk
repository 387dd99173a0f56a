# SPDX-License-Identifier: BSD-2-Clause
#
# Programs of the build machine.
#   tools/NAME.c, tools/NAME/*.c   -> build/host/NAME
#   tests/tools/NAME.c             -> build/host/NAME (helpers of tests)

HOST_CC := gcc
HOST_CFLAGS := -std=gnu2x -O2 -g -Wall -Wextra -Werror -Wstrict-prototypes \
	-Wmissing-prototypes -D_GNU_SOURCE -Itools
DEPFLAGS = -MMD -MP

HOST_SINGLE := $(patsubst tools/%.c,$(B)/host/%,$(wildcard tools/*.c))
HOST_MULTI := $(patsubst tools/%/main.c,$(B)/host/%,$(wildcard tools/*/main.c))
HOST_TEST_TOOLS := $(patsubst tests/tools/%.c,$(B)/host/%,\
	$(wildcard tests/tools/*.c))
HOST_PROGRAMS := $(HOST_SINGLE) $(HOST_MULTI) $(HOST_TEST_TOOLS)
DEPS += $(HOST_PROGRAMS:%=%.d)

$(HOST_SINGLE): $(B)/host/%: tools/%.c
	@$(call say,HOSTCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(DEPFLAGS) -MF $@.d -o $@ $<

$(HOST_TEST_TOOLS): $(B)/host/%: tests/tools/%.c
	@$(call say,HOSTCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) $(DEPFLAGS) -MF $@.d -o $@ $<

# One command per program: they are small.
define host_multi
$(B)/host/$(1): $(filter-out %_test.c,$(wildcard tools/$(1)/*.c)) \
		$(wildcard tools/$(1)/*.h tools/*.h)
	@$$(call say,HOSTCC,$$@)mkdir -p $$(@D)
	$$(Q)$$(HOST_CC) $$(HOST_CFLAGS) -o $$@ $$(filter %.c,$$^)
endef
$(foreach p,$(HOST_MULTI:$(B)/host/%=%),$(eval $(call host_multi,$(p))))
