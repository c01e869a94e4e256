# SPDX-License-Identifier: MIT
"""suite.py - the tests that run on the machine.

A program of user/tests/ that is not listed here runs with the defaults of
case.Test.  HELPERS are programs there that only other tests start.
"""
from case import Test

HELPERS = []

# make soak: the tests tagged quick also run on these machines, (harts, memory).
SOAK_MATRIX = [(cpus, mem) for mem in ("32M", "64M", "128M", "1G", "3G", "8G")
               for cpus in (1, 2, 4, 8)]

TESTS = [
]
