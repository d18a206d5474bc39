// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/support.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <apr_general.h>

static char failure[1000];

int pep_fail(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    (void) vsnprintf(failure, sizeof(failure), format, values);
    va_end(values);
    return -1;
}

int pep_fail_apr(apr_status_t status, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    (void) vsnprintf(failure, sizeof(failure), format, values);
    va_end(values);
    size_t length = strlen(failure);
    (void) snprintf(failure + length, sizeof(failure) - length, ": ");
    length = strlen(failure);
    (void) apr_strerror(status, failure + length, sizeof(failure) - length);
    return -1;
}

const char *pep_failure(void)
{
    return failure;
}

apr_status_t pep_apr_ready(void)
{
    // The main thread comes here before any other, so no two meet in it.
    static atomic_bool ready;

    if (atomic_load(&ready)) {
        return APR_SUCCESS;
    }
    apr_status_t status = apr_initialize();
    if (status == APR_SUCCESS) {
        atomic_store(&ready, true);
    }
    return status;
}
