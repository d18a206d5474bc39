// SPDX-License-Identifier: Apache-2.0
// Fetches a cache line before it is written to. Without a hint of its own a
// processor does nothing, or fetches it to read, which is no harm.
#ifndef MP_CORE_FETCH_H
#define MP_CORE_FETCH_H

static inline void mp__fetch_to_write(const void *line)
{
#if defined(__x86_64__) || defined(__i386__)
    // The compiler's own would fetch to read, unless told the processor.
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *) line));
#else
    __builtin_prefetch(line, 1);
#endif
}

#endif
