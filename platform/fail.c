// SPDX-License-Identifier: Apache-2.0
#include "platform/fail.h"

#include <stdarg.h>
#include <stdio.h>

#include <apr_errno.h>

#include "platform/platform.h"

static void append_system_text(char *text, size_t used, int os_code)
{
    char system_text[200];

    apr_strerror(APR_FROM_OS_ERROR(os_code), system_text, sizeof(system_text));
    (void) snprintf(text + used, MP_PLAT_TEXT_SIZE - used, ": %s (%d)",
                    system_text, os_code);
}

int mp__fail(int code, int os_code, const char *format, ...)
{
    mp_plat_local_t *local = mp_plat_local();
    va_list arguments;

    va_start(arguments, format);
    int used = vsnprintf(local->text, MP_PLAT_TEXT_SIZE, format, arguments);
    va_end(arguments);
    if (os_code != 0 && used >= 0 && used < MP_PLAT_TEXT_SIZE) {
        append_system_text(local->text, (size_t) used, os_code);
    }
    local->error = (mp_error_t){code, os_code, local->text};
    return code;
}

const mp_error_t *mp__fail_last(void)
{
    mp_plat_local_t *local = mp_plat_local();

    if (local->error.message == NULL) {
        local->error.message = local->text;
    }
    return &local->error;
}
