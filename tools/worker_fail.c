// SPDX-License-Identifier: Apache-2.0
// The worker has one thread and no APR, so its record of a failure is simpler
// than the library's.
#include "platform/fail.h"

#include <stdarg.h>
#include <stdio.h>

#include "tools/worker.h"

#define TEXT_SIZE 1000

static char text[TEXT_SIZE];
static mp_error_t last = {0, 0, text};

int mp__fail(int code, int os_code, const char *format, ...)
{
    char fresh[TEXT_SIZE]; // an argument may be the text of before
    char system_text[200];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(fresh, sizeof(fresh), format, arguments);
    va_end(arguments);
    (void) snprintf(text, sizeof(text), "%s", fresh);
    if (os_code != 0) {
        worker_system_text(os_code, system_text, sizeof(system_text));
        (void) snprintf(text, sizeof(text), "%.700s: %s (%d)", fresh,
                        system_text, os_code);
    }
    last.code = code;
    last.os_code = os_code;
    return code;
}

const mp_error_t *mp__fail_last(void)
{
    return &last;
}
