/* SPDX-License-Identifier: MIT */
/* strings.h - the case-insensitive comparisons, where POSIX wants them. */
#pragma once
#include <string.h>
