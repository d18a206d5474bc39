// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_PROCESS_ROW_OURS_H
#define BENCH_PROCESS_ROW_OURS_H

#include <stdint.h>

// When main() began in this process, by bench_now().
extern int64_t ours_main_began;

#endif
