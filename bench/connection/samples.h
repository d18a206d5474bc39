// SPDX-License-Identifier: Apache-2.0
// The values that are measured, which cpython_connection.py has, too.
#ifndef BENCH_CONNECTION_SAMPLES_H
#define BENCH_CONNECTION_SAMPLES_H

#include <multiprocessing.h>

#define SAMPLE_BIG ((size_t) 16 << 20)

// 0 or a negative code. Of ten entries: texts to integers, floats, texts and so
// on.
int sample_dict(mp_any_t **out);
int sample_ints(mp_any_t **out);
int sample_floats(mp_any_t **out);
int sample_text(mp_any_t **out);
// A list of dicts with lists and tuples inside.
int sample_nested(mp_any_t **out);
int sample_big(mp_any_t **out);

#endif
