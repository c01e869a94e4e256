# SPDX-License-Identifier: MIT
#
# host.gdb - what a debugger must know to get into a host test.
#
# Criterion runs each test in a child, which stops itself and is then continued.

set follow-fork-mode child
handle SIGSTOP SIGCONT nostop noprint pass
