// SPDX-License-Identifier: Apache-2.0
// The process that does single steps.
#ifndef MP_TESTS_STRESS_STEP_VICTIM_H
#define MP_TESTS_STRESS_STEP_VICTIM_H

#include <sys/types.h>

#include "tests/stress/step.h"

pid_t step_start(const step_op_t *op);
// False: this system does not let processes be traced.
bool step_await(pid_t pid);
// Lets it do so many instructions; the number that it did, fewer if it came to
// the end.
long step_on(pid_t pid, long steps);
// Lets it go on to its end.
void step_release(pid_t pid);
void step_kill(pid_t pid, bool collect);

// Ends the harness, with what is wrong.
void step_fail(const char *what);
void step_must(bool good, const char *what);

#endif
