# SPDX-License-Identifier: BSD-2-Clause
#
# The boot archive: what the kernel starts first, and the UNIX root file system.
#	mach/bootstrap, mach/bootstrap.conf
#	mach/servers/NAME, mach/unixemul
#	root/...	busybox, image/root/..., programs in root/usr/bin
# tools/run --bare adds mach/tests/NAME or mach/bench/NAME, of BARE_PARTS.

BOOT_CONF := $(firstword $(wildcard servers/bootstrap/bootstrap.conf \
	image/bootstrap.conf))
ROOT_FILES := $(call find_in,image/root,*)
BUSYBOX := /bin/busybox

# Without debugging sections: they are most of the bytes, and gdb reads the
# files in build/user.
STRIPPED := $(B)/stripped
stripped = $(patsubst $(B)/%,$(STRIPPED)/%,$(1))
$(STRIPPED)/%: $(B)/%
	@mkdir -p $(@D)
	$(Q)strip -g -o $@ $<

I_BOOTSTRAP := $(call stripped,$(filter %/bootstrap,$(SERVERS)))
I_SERVERS := $(call stripped,$(filter-out %/bootstrap,$(SERVERS)))
I_EMUL := $(call stripped,$(EMUL))
I_PROGRAMS := $(call stripped,$(PROGRAMS))
BARE_PARTS := $(call stripped,$(UTESTS) $(BENCHES))
IMAGE_PARTS := $(I_BOOTSTRAP) $(I_SERVERS) $(I_EMUL) $(I_PROGRAMS) \
	$(BOOT_CONF) $(ROOT_FILES)

$(B)/boot.manifest: mk/manifest $(IMAGE_PARTS) $(BUSYBOX) mk/image.mk
	@mkdir -p $(@D)
	$(Q)BOOTSTRAP='$(I_BOOTSTRAP)' CONF='$(BOOT_CONF)' \
		SERVERS='$(I_SERVERS)' EMUL='$(I_EMUL)' \
		PROGRAMS='$(I_PROGRAMS)' BUSYBOX='$(BUSYBOX)' mk/manifest >$@

$(B)/boot.cpio: $(B)/boot.manifest $(B)/host/mkarchive $(IMAGE_PARTS)
	@$(call say,CPIO,$@)
	$(Q)$(B)/host/mkarchive $@ <$<
