# SPDX-License-Identifier: MIT
#
# run.mk - boot Pagoda, and debug it.

QEMU      ?= qemu-system-riscv64
GDB       ?= $(shell for g in gdb-multiarch riscv64-unknown-elf-gdb riscv64-elf-gdb gdb; do command -v $$g && break; done)
QEMU_BIOS ?= $(shell sh tools/firmware.sh $(QEMU))

swap_disk  := -drive file=build/swap.img,if=none,format=raw,id=swap \
              -device virtio-blk-device,drive=swap,serial=swap,bus=virtio-mmio-bus.1
qemu_machine = -machine virt -bios $(QEMU_BIOS) -m $(strip $(MEM)) -smp $(strip $(CPUS)) \
             -nographic -serial mon:stdio -global virtio-mmio.force-legacy=false \
             -drive file=build/disk.img,if=none,format=raw,id=root \
             -device virtio-blk-device,drive=root,serial=root,bus=virtio-mmio-bus.0 \
             $(if $(filter-out 0,$(strip $(SWAP))),$(swap_disk)) \
             -kernel $(KERNEL) $(QEMU_EXTRA)
qemu_flags = $(qemu_machine) $(if $(strip $(APPEND)),-append "$(strip $(APPEND))")
# A window if there is one to be had, else VNC.
fb_display = $(if $(DISPLAY)$(WAYLAND_DISPLAY),$(firstword $(filter gtk sdl,$(shell $(QEMU) -display help))))
fb_flags   = -device virtio-gpu-device,xres=800,yres=600 -display $(or $(fb_display),vnc=127.0.0.1:0)
qemu_gdb   = -chardev socket,path=build/gdb.sock,server=on,wait=off,id=gdb -gdb chardev:gdb -S

##@ Run and debug
qemu: ## boot to a shell (Ctrl-A X leaves)
	@sh tools/setup.sh boot
	@$(MAKE) --no-print-directory run

# Made anew when SWAP has another size.
build/swap.img: FORCE
	@mkdir -p $(@D)
	$(Q)$(PYTHON) mkfs/mkswap.py $@ $(strip $(SWAP))

run: $(KERNEL) build/disk.img $(if $(filter-out 0,$(strip $(SWAP))),build/swap.img)
	$(Q)$(QEMU) $(qemu_flags)

qemu-fb: ## the same with a display, in a window: run fbtest there
	@sh tools/setup.sh boot
	$(if $(fb_display),,@echo "No window can be opened here: point a VNC viewer at 127.0.0.1:5900.")
	@$(MAKE) --no-print-directory run APPEND="cma=16M $(APPEND)" QEMU_EXTRA="$(fb_flags) $(QEMU_EXTRA)"

qemu-gdb: $(KERNEL) build/disk.img $(if $(filter-out 0,$(strip $(SWAP))),build/swap.img) ## boot and wait for `make gdb` in another terminal
	@echo "Waiting for the debugger: run 'make gdb' in another terminal."
	$(Q)rm -f build/gdb.sock; $(QEMU) $(qemu_flags) $(qemu_gdb)

gdb: ## debug the machine that `make qemu-gdb` started
	@$(GDB) -nx -ex "file $(KERNEL)" -x .gdbinit

##@ Set up
setup: ## install what is missing (Debian, Ubuntu) or say what to install
	@sh tools/setup.sh all

doctor: ## check compiler, QEMU, firmware, libraries; say what to do
	@sh tools/doctor.sh

compile_commands.json: FORCE ## for clangd and other editors
	@$(PYTHON) tools/compile_commands.py $@ \
	    --kernel '$(RISCV_CC) $(KERNEL_CFLAGS)' $(kernel_c) \
	    --user '$(RISCV_CC) $(USER_CFLAGS)' $(filter %.c,$(libc_src)) $(wildcard user/bin/*.c user/bin/*/*.c user/tests/*.c user/tests/*/*.c) \
	    --host '$(HOSTCC) $(HOST_CFLAGS)' $(wildcard tests/host/*.c tests/host/*/*.c mkfs/*.c tools/vmsim/*.c)

.PHONY: qemu run qemu-fb qemu-gdb gdb setup doctor
