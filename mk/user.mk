# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that runs above the kernel, with Debian's musl:
#   lib/NAME/**          -> build/user/libNAME.a (not unixemul)
#   lib/unixemul/        -> build/user/unixemul.elf, freestanding
#   servers/NAME/        -> build/user/servers/NAME, static, starts at mach_start
#   programs/**/NAME.c   -> build/user/programs/NAME; what they share is in
#                           programs/lib/
#   tests/user/NAME.c    -> build/user/tests/NAME; with helpers in
#                           tests/user/lib/
# and generated stubs in libdefs.a.  A part that needs other flags says so in
# NAME/local.mk, which may set CFLAGS_dir, e.g. CFLAGS_lib/mach := -O1.

MUSL_CC := musl-gcc
USER_WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes
# musl has no <linux/...>: Debian's linux-libc-dev has.
UAPI := $(B)/uapi
USER_INCLUDES := -Iinclude -I$(B)/gen/include -Idefs -idirafter $(UAPI)
USER_CFLAGS := -std=gnu2x -O2 -g -D_GNU_SOURCE -fno-pie -fno-strict-aliasing \
	-fno-omit-frame-pointer $(USER_WARNINGS) $(USER_INCLUDES)
# What system call handlers may be made of: they run with the caller's vector
# registers and thread pointer.
HANDLER_CFLAGS := -mgeneral-regs-only -fno-stack-protector -mno-red-zone
PAGE64K := -Wl,-z,max-page-size=65536,-z,common-page-size=65536
USER_LDFLAGS := -static -no-pie $(PAGE64K) -Wl,-z,noexecstack
U := $(B)/user

# The flags of an object follow the first two folders of its path.
user_dir = $(subst $(eval) ,/,$(wordlist 1,2,$(subst /, ,$(1))))
user_objs = $(patsubst %.c,$(U)/obj/%.o,$(filter %.c,$(1))) \
	$(patsubst %.S,$(U)/obj/%.S.o,$(filter %.S,$(1)))

CFLAGS_lib/mach := $(HANDLER_CFLAGS)
CFLAGS_lib/server := $(HANDLER_CFLAGS)
CFLAGS_lib/unixemul := $(HANDLER_CFLAGS) -ffreestanding
-include $(wildcard lib/*/local.mk servers/*/local.mk programs/local.mk)

# --- objects

$(UAPI): mk/user.mk
	@mkdir -p $@
	@ln -sfn /usr/include/linux $@/linux
	@ln -sfn /usr/include/asm-generic $@/asm-generic
	@ln -sfn /usr/include/x86_64-linux-gnu/asm $@/asm
	@touch $@

$(eval $(call flags_file,user,$(USER_CFLAGS) $(HANDLER_CFLAGS) \
	$(foreach v,$(filter CFLAGS_lib/% CFLAGS_servers/%,\
	$(sort $(.VARIABLES))),$(v) $($(v)))))
$(U)/obj/%.o: %.c $(B)/flags/user | $(MIG_DONE) $(UAPI)
	@$(call say,CC,$@)mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) $(CFLAGS_$(call user_dir,$*)) \
		-I$(call user_dir,$*) $(DEPFLAGS) -c -o $@ $<

$(U)/obj/%.S.o: %.S $(B)/flags/user
	@$(call say,AS,$@)mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) -I$(call user_dir,$*) -D__ASSEMBLER__ \
		$(DEPFLAGS) -c -o $@ $<

# RPCs that also have a trap are called NAME_rpc in libraries.
$(U)/obj/gen/user/%.o: USER_CFLAGS += -include lib/mach/rpc_names.h

$(U)/obj/gen/%.o: $(B)/gen/%.c $(B)/flags/user
	@$(call say,CC,$@)mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) $(HANDLER_CFLAGS) \
		-ffunction-sections $(DEPFLAGS) -c -o $@ $<

# Calls with a trap twin: in the library the stub has the name of the RPC form.
$(U)/obj/rpc/%.o: $(B)/gen/%.c lib/mach/rpc_names.h
	@$(call say,CC,$@)mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(USER_CFLAGS) $(HANDLER_CFLAGS) \
		-include lib/mach/rpc_names.h $(DEPFLAGS) -c -o $@ $<

# --- libraries

LIB_NAMES := $(filter-out unixemul,$(notdir $(patsubst %/,%,\
	$(wildcard lib/*/))))
# LIB_SKIP_NAME: sources that are not members; LIB_MORE_NAME: other members.
lib_src = $(filter-out $(LIB_SKIP_$(1)),$(call not_tests,\
	$(call find_in,lib/$(1),*.c) $(call find_in,lib/$(1),*.S)))

# $(1): name
define user_lib
LIBOBJS_$(1) := $(call user_objs,$(call lib_src,$(1))) $(LIB_MORE_$(1))
DEPS += $$(LIBOBJS_$(1):.o=.d)
$(U)/lib$(1).a: $$(LIBOBJS_$(1))
	@$$(call say,AR,$$@)rm -f $$@
	$(Q)ar rcsD $$@ $$^
endef
$(foreach l,$(LIB_NAMES),$(eval $(call user_lib,$(l))))

LIBDEFS_OBJS := $(patsubst $(B)/gen/%.c,$(U)/obj/rpc/%.o,$(MIG_USER_C)) \
	$(patsubst $(B)/gen/%.c,$(U)/obj/gen/%.o,\
	$(MIG_SERVER_C) $(MIG_DESCRIBE_C) $(MIG_ALL_C))
DEPS += $(LIBDEFS_OBJS:.o=.d)
$(U)/libdefs.a: $(LIBDEFS_OBJS)
	@$(call say,AR,$@)rm -f $@
	$(Q)ar rcsD $@ $^

# The archives refer to each other: the linker goes round.
USER_LIBS := $(LIB_NAMES:%=$(U)/lib%.a) $(if $(MIG_DONE),$(U)/libdefs.a)
USER_LINK = $(MUSL_CC) $(USER_LDFLAGS) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(filter %.a,$^) -Wl,--end-group
SERVER_ENTRY := -Wl,-e,mach_start -Wl,-u,mach_start
# Servers, and nobody else, have their own malloc.
SERVER_HEAP := $(call user_objs,$(wildcard lib/server/heap/*.c))
DEPS += $(SERVER_HEAP:.o=.d)

# --- servers

SERVER_NAMES := $(notdir $(patsubst %/main.c,%,$(wildcard servers/*/main.c)))
SERVERS := $(SERVER_NAMES:%=$(U)/servers/%)

# $(1): name
define user_server
SRVOBJS_$(1) := $(call user_objs,$(call not_tests,\
	$(call find_in,servers/$(1),*.c) $(call find_in,servers/$(1),*.S)))
DEPS += $$(SRVOBJS_$(1):.o=.d)
$(U)/servers/$(1): $$(SRVOBJS_$(1)) $(SERVER_HEAP) $(USER_LIBS)
	@$$(call say,LD,$$@)mkdir -p $$(@D)
	$(Q)$$(USER_LINK) $(SERVER_ENTRY) $$(LDFLAGS_servers/$(1))
endef
$(foreach s,$(SERVER_NAMES),$(eval $(call user_server,$(s))))

# --- the UNIX emulator

EMUL_SRC := $(call lib_src,unixemul)
EMUL_LD := $(wildcard lib/unixemul/*.ld)
EMUL := $(if $(EMUL_SRC),$(U)/unixemul.elf)
EMUL_OBJS := $(call user_objs,$(EMUL_SRC))
DEPS += $(EMUL_OBJS:.o=.d)

$(U)/unixemul.elf: $(EMUL_OBJS) $(EMUL_LD) $(U)/libmach.a $(U)/libdefs.a
	@$(call say,LD,$@)
	$(Q)$(HOST_CC) -nostdlib -static -no-pie -Wl,-z,noexecstack \
		-Wl,--build-id=none $(EMUL_LD:%=-Wl,-T,%) \
		$(LDFLAGS_lib/unixemul) -o $@ $(EMUL_OBJS) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group

# --- programs and tests: one file each, started by mach_start, which does
# nothing where somebody handles their system calls already

# $(1): folder below $(U), $(2): source, $(3): helpers' objects
define user_program
$(U)/$(1)/$(basename $(notdir $(2))): $(call user_objs,$(2)) $(3) $(USER_LIBS)
	@$$(call say,LD,$$@)mkdir -p $$(@D)
	$(Q)$$(USER_LINK) $(SERVER_ENTRY)
DEPS += $(patsubst %.o,%.d,$(call user_objs,$(2)))
endef

program_files = $(patsubst %.c,$(U)/$(1)/%,$(notdir $(2)))

PROGRAM_C := $(filter-out programs/lib/%,$(call find_in,programs,*.c))
PROGRAM_LIB := $(U)/libprograms.a
PROGRAM_LIB_OBJS := $(call user_objs,$(wildcard programs/lib/*.c))
DEPS += $(PROGRAM_LIB_OBJS:.o=.d)
$(PROGRAM_LIB): $(PROGRAM_LIB_OBJS)
	@$(call say,AR,$@)rm -f $@
	$(Q)ar rcsD $@ $^
PROGRAMS := $(call program_files,programs,$(PROGRAM_C))
$(foreach p,$(PROGRAM_C),$(eval $(call user_program,programs,$(p),$(PROGRAM_LIB))))

UTEST_C := $(wildcard tests/user/*.c)
UTEST_HELPERS := $(call user_objs,$(wildcard tests/user/lib/*.c tests/model/*.c))
UTESTS := $(call program_files,tests,$(UTEST_C))
DEPS += $(UTEST_HELPERS:.o=.d)
$(foreach p,$(UTEST_C),$(eval $(call user_program,tests,$(p),$(UTEST_HELPERS))))

BENCH_C := $(wildcard bench/*.c)
BENCH_HELPERS := $(call user_objs,$(wildcard bench/lib/*.c))
BENCHES := $(call program_files,bench,$(BENCH_C))
DEPS += $(BENCH_HELPERS:.o=.d)
$(foreach p,$(BENCH_C),$(eval $(call user_program,bench,$(p),$(BENCH_HELPERS))))

USER_ALL := $(USER_LIBS) $(SERVERS) $(EMUL) $(PROGRAMS) $(UTESTS) $(BENCHES)
