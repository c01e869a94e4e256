/* SPDX-License-Identifier: MIT */
/* fmt_double.h - the conversions %f %e %g for printf's engine. */
#pragma once
#include "lib/fmt.h"

/* A fmt_sink.convert: prints a double exactly rounded.  Precisions above 1100 are cut to that. */
size_t __fmt_double(const struct fmt_sink *sink, const struct fmt_spec *spec,
                    struct fmt_args *args, bool *known);
