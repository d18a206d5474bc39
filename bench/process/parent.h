// SPDX-License-Identifier: Apache-2.0
// The size of the parent: memory that is resident while the rows run.
#ifndef BENCH_PROCESS_PARENT_H
#define BENCH_PROCESS_PARENT_H

// Adds this much private memory, touched, in pages of the usual size: huge
// pages would make a copy of the parent cheaper than it is in most programs.
// 0, or -1 after saying why.
int parent_grow(unsigned size_mb);
void parent_shrink(void);

#endif
