# SPDX-License-Identifier: BSD-2-Clause
#
# The interface compiler (mig/*.c -> build/host/mig) and what it makes of
# defs/*.defs.  A file with a `subsystem` line makes stubs; the others are
# included by those.  For defs/NAME.defs:
#   build/gen/include/mach/NAME.h          prototypes for clients
#   build/gen/include/mach/NAME_server.h   prototypes for servers
#   build/gen/user/NAME_user.c             client side
#   build/gen/server/NAME_server.c         server side
# and, where the subsystem says KernelServer or KernelUser,
#   build/gen/kernel/NAME_server.{c,h}, build/gen/kernel/NAME_user.{c,h}

MIG := $(B)/host/mig
MIG_C := $(filter-out %_test.c,$(wildcard mig/*.c))
MIG_DEFS := $(if $(MIG_C),$(shell grep -ls '^[[:space:]]*subsystem' \
	defs/*.defs))
MIG_NAMES := $(MIG_DEFS:defs/%.defs=%)
mig_kind = $(if $(MIG_DEFS),$(patsubst defs/%.defs,%,$(shell \
	grep -lsE '^[[:space:]]*subsystem([^;]*[[:space:]])?$(1)' $(MIG_DEFS))))
MIG_KERNEL_SERVERS := $(call mig_kind,KernelServer)
MIG_KERNEL_USERS := $(call mig_kind,KernelUser)

MIG_USER_C := $(MIG_NAMES:%=$(B)/gen/user/%_user.c)
MIG_SERVER_C := $(MIG_NAMES:%=$(B)/gen/server/%_server.c)
MIG_KERNEL_C := $(MIG_KERNEL_SERVERS:%=$(B)/gen/kernel/%_server.c) \
	$(MIG_KERNEL_USERS:%=$(B)/gen/kernel/%_user.c)
MIG_DONE := $(MIG_USER_C) $(MIG_SERVER_C) $(MIG_KERNEL_C)

MIG_OBJS := $(MIG_C:%.c=$(B)/host/%.o)
DEPS += $(MIG_OBJS:.o=.d)

$(MIG_OBJS): $(B)/host/%.o: %.c
	@$(call say,HOSTCC,$@)mkdir -p $(@D)
	$(Q)$(HOST_CC) $(HOST_CFLAGS) -Imig $(DEPFLAGS) -c -o $@ $<

# The objects lie in build/host/mig/, so the program needs another name.
MIG := $(B)/host/mig.bin
$(MIG): $(MIG_OBJS)
	@$(call say,HOSTLD,$@)
	$(Q)$(HOST_CC) -o $@ $^

# --- the rules; each run of mig tells make what it read

# <mach/x.defs> is defs/x.defs.
MIG_INCLUDE := $(B)/gen/defs/mach
$(MIG_INCLUDE):
	@mkdir -p $(@D)
	$(Q)ln -sfn ../../../defs $@

# $(1): the file that stands for all that one run makes
MIG_RUN = $(MIG) -q -I $(B)/gen/defs -MMD -MP -MF $(1).d -MT $(1)
DEPS += $(MIG_DONE:=.d)

# <mach/mach.h> is written by hand: it includes everything.
mig_header = $(if $(filter mach,$*),mach_interface,$*)

MIG_DESCRIBE_C := $(MIG_NAMES:%=$(B)/gen/describe/%_describe.c)

$(B)/gen/user/%_user.c $(B)/gen/include/mach/%.h \
		$(B)/gen/describe/%_describe.c: defs/%.defs $(MIG) \
		| $(MIG_INCLUDE)
	@$(call say,MIG,$<)mkdir -p $(B)/gen/user $(B)/gen/include/mach \
		$(B)/gen/describe
	$(Q)$(call MIG_RUN,$(B)/gen/user/$*_user.c) -server /dev/null -user $(B)/gen/user/$*_user.c \
		-header $(B)/gen/include/mach/$(mig_header).h \
		-describe $(B)/gen/describe/$*_describe.c $<

$(B)/gen/server/%_server.c $(B)/gen/include/mach/%_server.h: defs/%.defs \
		$(MIG) | $(MIG_INCLUDE)
	@$(call say,MIG,$<)mkdir -p $(B)/gen/server $(B)/gen/include/mach
	$(Q)$(call MIG_RUN,$(B)/gen/server/$*_server.c) -user /dev/null -header /dev/null -describe /dev/null \
		-server $(B)/gen/server/$*_server.c \
		-sheader $(B)/gen/include/mach/$*_server.h $<

$(B)/gen/kernel/%_server.c $(B)/gen/kernel/%_server.h: defs/%.defs $(MIG) \
		| $(MIG_INCLUDE)
	@$(call say,MIG,$<)mkdir -p $(B)/gen/kernel
	$(Q)$(call MIG_RUN,$(B)/gen/kernel/$*_server.c) -kernel -server $(B)/gen/kernel/$*_server.c \
		-sheader $(B)/gen/kernel/$*_server.h $<

# All of them in one list, mig_interfaces.
MIG_ALL_C := $(B)/gen/describe/all_interfaces.c
$(MIG_ALL_C): $(MIG_DESCRIBE_C)
	@{ echo '/* The interfaces of defs/. Made by mk/mig.mk. */'; \
	echo '#include <mach/mig_describe.h>'; \
	sed -n 's/^extern const struct mig_interface/&/p' $^; \
	echo 'const struct mig_interface *const mig_interfaces[] = {'; \
	sed -n 's/^const struct mig_interface \(.*\) = {/	\&\1,/p' $^; \
	echo '	0,'; echo '};'; } >$@
