# SPDX-License-Identifier: BSD-2-Clause
#
# The UNIX server's logic on the build machine: tests/host/unix/NAME_test.c,
# with the fake machine in place of servers/unix/machine_*.c and main.c, under
# ASan and UBSan.

UNIX_LOGIC_C := $(filter-out servers/unix/machine_%.c servers/unix/main.c,\
	$(wildcard servers/unix/*.c))
UNIX_FAKE_C := $(call not_tests,$(wildcard tests/host/unix/*.c))
UNIX_TEST_C := $(wildcard tests/host/unix/*_test.c)
UNIX_TESTS := $(UNIX_TEST_C:%.c=$(B)/host/test/%)
UNIX_HOST_CFLAGS := -std=gnu2x -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE \
	-fsanitize=address,undefined -fno-sanitize-recover=all
UNIX_HOST_OBJS := $(patsubst %.c,$(B)/host/unix/%.o,\
	$(UNIX_LOGIC_C) $(UNIX_FAKE_C))
HOST_TESTS += $(UNIX_TESTS)
DEPS += $(UNIX_HOST_OBJS:.o=.d) $(UNIX_TEST_C:%.c=$(B)/host/unix/%.d)

$(UNIX_HOST_OBJS) $(UNIX_TEST_C:%.c=$(B)/host/unix/%.o): \
		$(B)/host/unix/%.o: %.c
	@$(call say,HCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIX_HOST_CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(UNIX_TESTS): $(B)/host/test/%: $(B)/host/unix/%.o $(UNIX_HOST_OBJS)
	@$(call say,HLD,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(UNIX_HOST_CFLAGS) -o $@ $^
