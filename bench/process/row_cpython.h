// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_PROCESS_ROW_CPYTHON_H
#define BENCH_PROCESS_ROW_CPYTHON_H

// The Python that is measured, a name in PATH or a path. The default is
// python3. The text is kept, not copied.
void cpython_use(const char *program);

#endif
