# SPDX-License-Identifier: BSD-2-Clause
#
# The in-task handler of system calls is one object of its own: it is compiled
# freestanding, carries the client stubs it needs, and shows only its entries,
# so that nothing of libc gets into it and nothing of it into programs.

LIB_SKIP_server := lib/server/musl/% lib/server/heap/%
MUSL_HANDLER := $(U)/obj/lib/server/musl_handler.o
LIB_MORE_server := $(MUSL_HANDLER)

MUSL_HANDLER_OBJS := $(call user_objs,\
	$(wildcard lib/server/musl/*.c lib/server/musl/*.S)) \
	$(addprefix $(U)/obj/gen/user/,mach_user.o mach_ext_user.o bare_user.o)
DEPS += $(MUSL_HANDLER_OBJS:.o=.d)

$(U)/obj/lib/server/musl/%.o: USER_CFLAGS += -ffreestanding \
	-fno-tree-loop-distribute-patterns

$(MUSL_HANDLER): $(MUSL_HANDLER_OBJS) lib/server/local.mk
	@$(call say,LD,$@)
	$(Q)ld -r --gc-sections -e mach_start -u musl_forked -o $@.tmp \
		$(MUSL_HANDLER_OBJS)
	$(Q)objcopy --keep-global-symbol=mach_start \
		--keep-global-symbol=musl_forked $@.tmp $@
