/* SPDX-License-Identifier: MIT */
/* libgen.h - the two parts of a path.  Both may change PATH and may return static storage. */
#pragma once

char *basename(char *path);
char *dirname(char *path);
