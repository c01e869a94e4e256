/* SPDX-License-Identifier: MIT */
/* fnmatch.h - shell patterns: * ? [a-z] [!a-z] [[:digit:]] and \ to quote. */
#pragma once

#define FNM_NOMATCH 1
#define FNM_PATHNAME 0x01 /* '/' matches only '/' */
#define FNM_NOESCAPE 0x02 /* '\' is an ordinary character */
#define FNM_PERIOD 0x04   /* a leading '.' matches only '.' */
#define FNM_CASEFOLD 0x10 /* ignore case */

/* 0 when STRING matches, FNM_NOMATCH when not. */
int fnmatch(const char *pattern, const char *string, int flags);
