// SPDX-License-Identifier: Apache-2.0
#include "platform/fail.h"

#include <stdarg.h>
#include <stdio.h>

#include <apr_errno.h>

#define TEXT_SIZE 512

static _Thread_local char text[TEXT_SIZE];
static _Thread_local mp_error_t record = {0, 0, NULL};

static void append_system_text(size_t used, int os_code)
{
    char system_text[200];

    apr_strerror(APR_FROM_OS_ERROR(os_code), system_text, sizeof(system_text));
    (void) snprintf(text + used, sizeof(text) - used, ": %s (%d)", system_text,
                    os_code);
}

int mp__fail(int code, int os_code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int used = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (os_code != 0 && used >= 0 && (size_t) used < sizeof(text)) {
        append_system_text((size_t) used, os_code);
    }
    record.code = code;
    record.os_code = os_code;
    record.message = text;
    return code;
}

const mp_error_t *mp__fail_last(void)
{
    if (record.message == NULL) {
        record.message = text;
    }
    return &record;
}
