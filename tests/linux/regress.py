# SPDX-License-Identifier: MIT
"""regress.py - run modules of Python's own tests, and print of each test how it ended.

Nothing else is printed, no time and no address, so that two kernels can be compared."""
import sys
import unittest

from test import support


class Outcome(unittest.TestResult):
    def say(self, test, how):
        print("%-7s %s" % (how, test.id()), flush=True)

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
        print(found[-1][1], file=sys.stderr)


support.use_resources = []
support.verbose = 0
for name in sys.argv[1:]:
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    suite.run(Outcome())
