// SPDX-License-Identifier: Apache-2.0
#include "win32/win32.h"

#include <ntsecapi.h>
#include <stdatomic.h>
#include <stdio.h>

#include "platform/fail.h"

#define FORMAT "\\\\.\\pipe\\%s-%lu-%u-%016llx%016llx"

static atomic_uint names_made;

// Not to be guessed, or another program could be first to open it. APR's
// random bytes would come through a provider that is opened anew for each.
int mp_win32_pipe_name(char name[MP_WIN32_PIPE_NAME], const char *kind)
{
    unsigned long long numbers[2];

    if (!RtlGenRandom(numbers, sizeof(numbers))) {
        return mp__fail(MP_ESYSTEM, 0, "the system gives no random bytes");
    }
    (void) snprintf(name, MP_WIN32_PIPE_NAME, FORMAT, kind,
                    GetCurrentProcessId(), atomic_fetch_add(&names_made, 1),
                    numbers[0], numbers[1]);
    return 0;
}
