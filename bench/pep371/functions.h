// SPDX-License-Identifier: Apache-2.0
// The functions that PEP 371 measures. Each checks its own result, so that a
// function that did not do its work does not pass as a fast one.
#ifndef PEP_FUNCTIONS_H
#define PEP_FUNCTIONS_H

#include <multiprocessing.h>

// Nothing: what is left is the cost of starting and joining workers.
int empty_func(const mp_args_t *args);

// 50 000 Fibonacci numbers, exact as Python's: the last has 34 711 bits.
int fibonacci(const mp_args_t *args);

// The sum of all primes below 100 000, by trial division.
int crunch_primes(const mp_args_t *args);

// Seeks at random in a text file and writes lines of it to the null device.
// Argument 0 is the file's path.
int file_io(const mp_args_t *args);

// Fetches a page 100 times, by one connection each. Argument 0 is the port of
// the server on the loopback interface.
int url_get(const mp_args_t *args);

// Gets tasks from a queue and puts as many results into another one. Arguments
// 0 and 1 are the queues, 2 is the number of tasks.
int bench_queue(const mp_args_t *args);

// The same with queues that only threads can use.
int bench_queue_threads(const mp_args_t *args);

// The text for file_io, always the same; NULL without memory. free() frees it,
// and gives it back to the system, or every fork would copy its page tables.
char *pep_text(size_t *size);

#endif
