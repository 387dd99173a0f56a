# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel, three times over:
#   build/release/mach.elf   the one that is measured
#   build/debug/mach.elf     assertions, UBSan, stack protector, KASAN
#   build/host/libkernel.a   the machine-independent part as a Linux library,
#                            under ASan and UBSan, for the *_test.c programs
# mach-test.elf is mach.elf with tests/kernel/*.c linked in; nothing else
# differs, so what is tested is what is measured.

# --- sources

not_tests = $(filter-out %_test.c,$(1))
find_in = $(if $(wildcard $(1)),$(shell find $(wildcard $(1)) -type f \
	-name '$(2)' | sort))

KERNEL_ARCH := kernel/arch/x86_64
KERNEL_MI_DIRS := kernel/ipc kernel/kern kernel/vm kernel/task \
	kernel/arch/include/test
KERNEL_DIRS := $(KERNEL_MI_DIRS) kernel/device kernel/trap kernel/boot kernel/kdb \
	$(KERNEL_ARCH)
KERNEL_C := $(call not_tests,$(call find_in,$(KERNEL_DIRS),*.c))
KERNEL_S := $(call find_in,$(KERNEL_ARCH),*.S)
KTEST_C := $(call find_in,tests/kernel,*.c)
KERNEL_LD := $(KERNEL_ARCH)/kernel.ld

# --- flags

# Lists whose head is a local variable are fine: no -Wdangling-pointer.
# Every kernel file sees kern/config.h first: CONFIG_X is always 0 or 1.
KERNEL_INCLUDES = -Ikernel -Ikernel/arch/include -Iinclude \
	-I$(B)/gen/include -I$(B)/gen/kernel -include kern/config.h
KERNEL_WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wpointer-arith \
	-Wno-dangling-pointer
KERNEL_CFLAGS = -std=gnu2x -ffreestanding -nostdlib -fno-pie -no-pie \
	-mcmodel=kernel -mno-red-zone -mgeneral-regs-only -mpopcnt \
	-fno-strict-aliasing -fno-common -fno-asynchronous-unwind-tables \
	-g $(KERNEL_WARNINGS) $(KERNEL_INCLUDES) -I$(KERNEL_ARCH)
# Calls of __stack_chk_fail and undefined behaviour end in panic; the file that
# says so must exist first.
KERNEL_SSP := $(if $(wildcard kernel/kern/stack_check.c),\
	-fstack-protector-strong -mstack-protector-guard=global)
# The call graph is for tools/stackuse.sh.
KERNEL_CFLAGS_release := -O2 -fno-stack-protector -DCONFIG_DEBUG=0 \
	-fcallgraph-info=su
# Frames stay one for each call, and traps stand in their own functions.
KERNEL_CFLAGS_debug = -O2 -DCONFIG_DEBUG=1 -fno-omit-frame-pointer \
	-fno-optimize-sibling-calls -fno-reorder-blocks-and-partition \
	$(or $(KERNEL_SSP),-fno-stack-protector) -fsanitize=undefined \
	-fno-sanitize=alignment -fsanitize-undefined-trap-on-error \
	-DCONFIG_KASAN=1 $(KERNEL_KASAN)
# The address sanitizer (kern/kasan.h), in line: calls cost twice as much
# under TCG. The offset is arch/x86_64/layout.h's.
KERNEL_KASAN := -fsanitize=kernel-address \
	-fasan-shadow-offset=0xdffff00000000000 --param asan-stack=1 \
	--param asan-globals=1 -fno-sanitize-address-use-after-scope \
	--param asan-instrumentation-with-call-threshold=10000
# Its run-time, and what touches memory before it is ready or that belongs to
# nobody.
KASAN_C := kernel/kern/kasan.c kernel/kern/kasan_report.c \
	kernel/kern/quarantine.c \
	kernel/kern/plant_kasan.c kernel/kern/plant_machine.c
NO_KASAN_C := $(filter-out kernel/kern/plant%.c,$(KASAN_C)) \
	kernel/kern/zone.c kernel/kern/zone_debug.c \
	kernel/kern/lock.c kernel/kern/lock_debug.c kernel/kern/lock_stat.c \
	kernel/kern/string.c kernel/arch/x86_64/kmap.c \
	kernel/arch/x86_64/shadow.c
$(NO_KASAN_C:%.c=$(B)/debug/obj/%.o): KERNEL_KASAN := -O2 \
	-fno-tree-loop-distribute-patterns -fno-sanitize=all \
	-fno-stack-protector
KERNEL_LDFLAGS := -nostdlib -static -no-pie -Wl,--build-id=none \
	-Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--fatal-warnings

KERNEL_STUBS := $(MIG_KERNEL_C)

# Objects are made again when the flags change, not when this file does.
# $(1): name, $(2): flags
define flags_file
$(B)/flags/$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' '$(2)' | cmp -s - $$@ || \
		printf '%s\n' '$(2)' >$$@
endef
.PHONY: FORCE
$(foreach v,release debug,$(eval $(call flags_file,$(v),\
	$(KERNEL_CFLAGS) $(KERNEL_CFLAGS_$(v)))))

# --- one kernel; $(1) is release or debug

kernel_objs = $(patsubst %.c,$(B)/$(1)/obj/%.o,$(filter %.c,$(2))) \
	$(patsubst %.S,$(B)/$(1)/obj/%.S.o,$(filter %.S,$(2)))

# Files of one variant only.
KERNEL_NOT_release := $(KASAN_C) $(KERNEL_ARCH)/shadow.c \
	$(KERNEL_ARCH)/plant.c
KERNEL_NOT_debug :=

define kernel_variant
KOBJS_$(1) := $(call kernel_objs,$(1),$(filter-out $(KERNEL_NOT_$(1)),\
	$(KERNEL_C) $(KERNEL_S)))
KGEN_$(1) := $(KERNEL_STUBS:$(B)/gen/%.c=$(B)/$(1)/obj/gen/%.o)
KTEST_$(1) := $(call kernel_objs,$(1),$(KTEST_C))
DEPS += $$(patsubst %.o,%.d,$$(KOBJS_$(1)) $$(KGEN_$(1)) $$(KTEST_$(1)))

$(B)/$(1)/obj/%.o: %.c $(B)/flags/$(1) | $(MIG_DONE)
	@$$(call say,KCC,$$@)mkdir -p $$(@D)
	$(Q)$(HOST_CC) $$(KERNEL_CFLAGS) $$(KERNEL_CFLAGS_$(1)) \
		$$(DEPFLAGS) -c -o $$@ $$<

$(B)/$(1)/obj/%.S.o: %.S $(B)/flags/$(1)
	@$$(call say,KAS,$$@)mkdir -p $$(@D)
	$(Q)$(HOST_CC) $$(KERNEL_CFLAGS) $$(KERNEL_CFLAGS_$(1)) \
		-D__ASSEMBLER__ $$(DEPFLAGS) -c -o $$@ $$<

$(B)/$(1)/obj/gen/%.o: $(B)/gen/%.c $(B)/flags/$(1)
	@$$(call say,KCC,$$@)mkdir -p $$(@D)
	$(Q)$(HOST_CC) $$(KERNEL_CFLAGS) $$(KERNEL_CFLAGS_$(1)) \
		$$(DEPFLAGS) -c -o $$@ $$<

$(B)/$(1)/mach.elf: $$(KOBJS_$(1)) $$(KGEN_$(1)) $(KERNEL_LD) \
		$(B)/host/ksyms mk/link-kernel
	@$$(call say,KLD,$$@)mkdir -p $$(@D)
	$(Q)CC='$(HOST_CC) $$(KERNEL_LDFLAGS)' KSYMS=$(B)/host/ksyms \
		mk/link-kernel $$@ $(KERNEL_LD) $$(filter %.o,$$^)

$(B)/$(1)/mach-test.elf: $$(KOBJS_$(1)) $$(KGEN_$(1)) $$(KTEST_$(1)) \
		$(KERNEL_LD) $(B)/host/ksyms mk/link-kernel
	@$$(call say,KLD,$$@)mkdir -p $$(@D)
	$(Q)CC='$(HOST_CC) $$(KERNEL_LDFLAGS)' KSYMS=$(B)/host/ksyms \
		mk/link-kernel $$@ $(KERNEL_LD) $$(filter %.o,$$^)
endef

KERNELS :=
KERNEL_TESTS :=
ifneq ($(wildcard $(KERNEL_LD)),)
$(foreach v,release debug,$(eval $(call kernel_variant,$(v))))
endif
# Part of `all` as soon as every layer has code.
ifneq ($(and $(wildcard $(KERNEL_LD)),$(wildcard kernel/ipc/*.c),\
	$(wildcard kernel/vm/*.c),$(wildcard kernel/kern/sched*.c)),)
KERNELS := $(B)/release/mach.elf $(B)/debug/mach.elf
KERNEL_TESTS := $(B)/release/mach-test.elf $(B)/debug/mach-test.elf
endif

# --- the host library and the unit tests beside the code

HK_C := $(filter-out $(KASAN_C),$(call not_tests,\
	$(call find_in,$(KERNEL_MI_DIRS) kernel/arch/host,*.c)))
HK_OBJS := $(patsubst %.c,$(B)/host/obj/%.o,$(HK_C))
HK_GEN := $(KERNEL_STUBS:$(B)/gen/%.c=$(B)/host/obj/gen/%.o)
HK_SANITIZE := -fsanitize=address,undefined -fno-sanitize=alignment \
	-fno-sanitize-recover=all
HK_CFLAGS = -std=gnu2x -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing \
	-pthread $(KERNEL_WARNINGS) $(HK_SANITIZE) -DCONFIG_DEBUG=1 \
	-DCONFIG_HOST=1 $(KERNEL_INCLUDES) -Ikernel/arch/host -Itests/host
DEPS += $(HK_OBJS:.o=.d) $(HK_GEN:.o=.d)

$(eval $(call flags_file,host,$(HK_CFLAGS)))
$(B)/host/obj/%.o: %.c $(B)/flags/host | $(MIG_DONE)
	@$(call say,HKCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HK_CFLAGS) $(DEPFLAGS) -c -o $@ $<

$(B)/host/obj/gen/%.o: $(B)/gen/%.c $(B)/flags/host
	@$(call say,HKCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HK_CFLAGS) $(DEPFLAGS) -c -o $@ $<

# A program of the build machine has no table of kernel symbols.
$(B)/host/ksyms_empty.o: $(B)/host/ksyms
	@$(B)/host/ksyms --empty >$(@:.o=.S)
	$(Q)$(HOST_CC) -c -o $@ $(@:.o=.S)

$(B)/host/libkernel.a: $(HK_OBJS) $(HK_GEN) $(B)/host/ksyms_empty.o
	@$(call say,AR,$@)rm -f $@
	$(Q)ar rcsD $@ $(filter %.o,$^)

# kernel/ipc/port_test.c -> build/host/test/kernel/ipc/port_test; helpers of
# several test programs are the other files of tests/host.
HT_C := $(filter-out tests/host/unix/%,\
	$(call find_in,kernel tests/host,*_test.c))
HT_HELPERS := $(patsubst %.c,$(B)/host/obj/%.o,\
	$(call not_tests,$(wildcard tests/host/*.c tests/model/*.c)))
HOST_TESTS := $(HT_C:%.c=$(B)/host/test/%)
DEPS += $(HT_C:%.c=$(B)/host/obj/%.d) $(HT_HELPERS:.o=.d)

$(HOST_TESTS): $(B)/host/test/%: $(B)/host/obj/%.o $(HT_HELPERS) \
		$(B)/host/libkernel.a
	@$(call say,HLD,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HK_SANITIZE) -pthread -o $@ $^
