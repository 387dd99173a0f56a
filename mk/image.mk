# SPDX-License-Identifier: BSD-2-Clause
#
# The boot archive: what the kernel starts first, and the UNIX root file system.
#	mach/bootstrap, mach/bootstrap.conf
#	mach/servers/NAME, mach/unixemul, mach/tests/NAME, mach/bench/NAME
#	root/...	busybox, image/root/..., programs in root/usr/bin

BOOT_CONF := $(firstword $(wildcard servers/bootstrap/bootstrap.conf \
	image/bootstrap.conf))
ROOT_FILES := $(call find_in,image/root,*)
IMAGE_SERVERS := $(filter-out %/bootstrap,$(SERVERS))
BUSYBOX := /bin/busybox

IMAGE_PARTS := $(SERVERS) $(EMUL) $(PROGRAMS) $(UTESTS) $(BENCHES) \
	$(BOOT_CONF) $(ROOT_FILES)

$(B)/boot.manifest: mk/manifest $(IMAGE_PARTS) $(BUSYBOX) mk/image.mk
	@mkdir -p $(@D)
	$(Q)BOOTSTRAP='$(filter %/bootstrap,$(SERVERS))' CONF='$(BOOT_CONF)' \
		SERVERS='$(IMAGE_SERVERS)' EMUL='$(EMUL)' TESTS='$(UTESTS)' \
		BENCHES='$(BENCHES)' PROGRAMS='$(PROGRAMS)' \
		BUSYBOX='$(BUSYBOX)' mk/manifest >$@

$(B)/boot.cpio: $(B)/boot.manifest $(B)/host/mkarchive $(IMAGE_PARTS)
	@$(call say,CPIO,$@)
	$(Q)$(B)/host/mkarchive $@ <$<
