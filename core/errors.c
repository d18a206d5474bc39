// SPDX-License-Identifier: Apache-2.0
#include <multiprocessing/errors.h>

#include <stddef.h>

#include "platform/fail.h"

const char *mp_strerror(int code)
{
    switch (code) {
#define MP__TEXT(name, number, text, python)                                   \
    case name:                                                                 \
        return text;
        MP_CODES(MP__TEXT)
#undef MP__TEXT
    case 0:
        return "done";
    default:
        return "unknown code";
    }
}

const char *mp_errname(int code)
{
    switch (code) {
#define MP__NAME(name, number, text, python)                                   \
    case name:                                                                 \
        return #name;
        MP_CODES(MP__NAME)
#undef MP__NAME
    case 0:
        return "MP_OK";
    default:
        return NULL;
    }
}

const mp_error_t *mp_last_error(void)
{
    return mp__fail_last();
}
