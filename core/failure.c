// SPDX-License-Identifier: Apache-2.0
#include "core/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/message.h"
#include "core/self.h"

// A failure is told at once, so that it survives a crash right behind it. One
// that goes on and on saying so must not fill the channel, which nobody reads
// before the end: after these, only the last one is told.
#define TOLD_AT_ONCE 16

static unsigned told; // guarded by the state lock
static bool pending;

void mp__failure_tell(mp_process_t *self, bool at_the_end)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    if (pending && (at_the_end || told < TOLD_AT_ONCE)) {
        told++;
        pending = false;
        (void) mp__message_send(mp__parent_channel(), MP__MESSAGE_FAILURE, 0,
                                self->failure, MP_PLAT_AT_ONCE);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

static void record(mp_process_t *current, char *text)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    char *old = current->failure;
    current->failure = text;
    if (current->kind == MP__KIND_SELF) {
        pending = text != NULL; // a thread's stays in the process
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
    free(old);
}

int mp_failure(int code, const char *format, ...)
{
    char text[MP__MESSAGE_TEXT_MOST + 1];
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (mp__in_child()) {
        mp_process_t *current = mp_current_process();
        record(current, mp__copy_text(text));
        if (current->kind == MP__KIND_SELF) {
            mp__failure_tell(current, false);
        }
    }
    return code;
}
