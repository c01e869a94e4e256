# SPDX-License-Identifier: MIT
#
# image.mk - the root file system.
#
# build/root.manifest says what is in it: mkfs/manifest, then every program,
# then the files of mkfs/skel/.  build/root.img stays as built, so that tests
# can copy it; `make qemu` works on build/disk.img, which keeps what you wrote
# until the image is rebuilt.

IMAGE_SIZE := 64M

mkfs := build/mkfs/mkfs
skel := $(sort $(shell find mkfs/skel -type f 2>/dev/null))

image: build/root.img ## the root image

mkfs_cflags = $(shell pkg-config --cflags ext2fs com_err 2>/dev/null)
mkfs_libs   = $(shell pkg-config --libs ext2fs com_err 2>/dev/null || echo -lext2fs -lcom_err)

$(mkfs): mkfs/mkfs.c
	@mkdir -p $(@D)
	@$(say) HOSTCC $@
	$(Q)$(HOSTCC) -std=gnu17 -O2 -g -Wall -Wextra -Wshadow $(werror) $(mkfs_cflags) $< -o $@ $(mkfs_libs)

build/root.manifest: mkfs/manifest FORCE
	@mkdir -p $(@D)
	@{ cat mkfs/manifest; \
	   for p in $(user_bin);   do echo "file /bin/$$p build/stripped/bin/$$p 0755"; done; \
	   for p in $(user_tests); do echo "file /tests/$$p build/stripped/tests/$$p 0755"; done; \
	   for f in $(skel);       do echo "file /$${f#mkfs/skel/} $$f 0644"; done; } >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# Symbols stay on the host, where the debugger reads them.
stripped := $(user_programs:build/user/%=build/stripped/%)
build/stripped/%: build/user/%
	@mkdir -p $(@D)
	$(Q)$(RISCV_OBJCOPY) -S $< $@

build/root.img: build/root.manifest $(mkfs) $(stripped) $(skel)
	@$(say) MKFS $@
	$(Q)rm -f $@ && $(mkfs) -o $@ -s $(IMAGE_SIZE) build/root.manifest

# The disk that `make qemu` writes to.
build/disk.img: build/root.img
	$(Q)cp --sparse=always $< $@ 2>/dev/null || cp $< $@

fresh-disk: build/root.img ## forget what was written to the disk of `make qemu`
	rm -f build/disk.img

.PHONY: image fresh-disk
