# SPDX-License-Identifier: MIT
"""regress.py - run modules of Python's own tests, and print of each test how it ended.

Nothing else is printed, no time and no address, so that two kernels can be compared.  What
cannot be the same is printed as left out, whatever came of it."""
import re
import sys
import unittest

from test import support

LEFT_OUT = re.compile(
    # a call must follow another within half a millisecond: by chance, on Linux, too
    r"TimerfdTests\.test_timerfd_(ns_)?(initval|interval|TFD_TIMER_ABSTIME)$"
    # makes sockets of AF_INET, which Pagoda has not, and the Linux here no network for
    r"|WakeupFDTests\.test_(invalid_socket|set_wakeup_fd_socket_result)$|TestSendfile\.")


class Outcome(unittest.TestResult):
    def say(self, test, how):
        left_out = LEFT_OUT.search(test.id())
        print("%-7s %s" % ("-" if left_out else how, test.id()), flush=True)

    def addSuccess(self, test):
        self.say(test, "ok")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say(test, "skip")

    def addExpectedFailure(self, test, err):
        self.say(test, "xfail")

    def addUnexpectedSuccess(self, test):
        self.say(test, "xpass")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.complain(test, "FAIL", self.failures)

    def addError(self, test, err):
        super().addError(test, err)
        self.complain(test, "ERROR", self.errors)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.complain(subtest, "FAIL", self.failures + self.errors)

    def complain(self, test, how, found):
        """For who reads the output; what happened is different from run to run."""
        self.say(test, how)
        if not LEFT_OUT.search(test.id()):
            print(found[-1][1], file=sys.stderr)


support.use_resources = []
support.verbose = 0
for name in sys.argv[1:]:
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    suite.run(Outcome())
