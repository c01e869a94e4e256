/* SPDX-License-Identifier: MIT */
/*
 * chart.h - miss-ratio curves as a drawing (SVG).
 */
#pragma once
#include "tools/vmsim/curves.h"

/* Draw C under TITLE: misses of all references over frames. */
void chart_draw(const struct curves *c, const char *title, FILE *f);
