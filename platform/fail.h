// SPDX-License-Identifier: Apache-2.0
// How a failure is recorded: once, where it happens. Every other function
// passes the code on as it is.
#ifndef MP_PLATFORM_FAIL_H
#define MP_PLATFORM_FAIL_H

#include <multiprocessing/errors.h>

// Records this thread's failure and returns `code`. `os_code` is errno, an APR
// status or GetLastError(), 0 where the system has no part in it. `format` is
// one sentence that says what failed and, where there is one, what to do; the
// system's own text for os_code is added behind it.
int mp__fail(int code, int os_code, const char *format, ...) MP_PRINTF(3, 4);

// This thread's record, for mp_last_error() and for handing it to a parent.
const mp_error_t *mp__fail_last(void);

#endif
