/* SPDX-License-Identifier: MIT */
/* dollar.h - parsing what begins with a dollar sign or a backquote. */
#pragma once
#include "user/bin/sh/builder.h"

/* The next character is a dollar sign; one that begins nothing is text. */
void dollar_parse(struct builder *b, enum place place);

/* After a backquote. */
void dollar_parse_backquoted(struct builder *b, enum place place);
