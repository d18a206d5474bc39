// SPDX-License-Identifier: Apache-2.0
#include "core/failure.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/self.h"

// A failure is told at once, so that it survives a crash right behind it. One
// that goes on and on saying so must not fill the channel, which nobody reads
// before the end: after these, only the last one is told.
#define TOLD_AT_ONCE 16

static unsigned told; // guarded by the state lock
static bool pending;

// The first byte says that there is a text behind it, and comes last.
static void leave_note(char *note, const char *text)
{
    size_t length = strlen(text);

    if (length > MP_PLAT_NOTE_SIZE - 2) {
        length = MP_PLAT_NOTE_SIZE - 2;
    }
    note[0] = 0;
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(note + 1, text, length);
    note[1 + length] = '\0';
    atomic_signal_fence(memory_order_seq_cst);
    note[0] = 1;
}

// Written only if it has to be: a forked child would copy their page.
void mp__failure_forget(void)
{
    if (pending || told != 0) {
        pending = false;
        told = 0;
    }
}

void mp__failure_tell(mp_process_t *self, bool at_the_end)
{
    mp_plat_lock(MP_PLAT_LOCK_STATE);
    const mp_plat_child_t *parent = mp__parent_link();
    if (pending && parent != NULL && parent->note != NULL) {
        pending = false;
        leave_note(parent->note, self->failure);
    } else if (pending && parent != NULL &&
               (at_the_end || told < TOLD_AT_ONCE)) {
        told++;
        pending = false;
        (void) mp__message_send(parent, MP__MESSAGE_FAILURE, 0, self->failure,
                                MP_PLAT_AT_ONCE);
    }
    mp_plat_unlock(MP_PLAT_LOCK_STATE);
}

// The child may have written anything to what it shares.
static char *read_note(const char *note)
{
    char text[MP_PLAT_NOTE_SIZE];

    if (note[0] == 0) {
        return NULL;
    }
    memcpy(text, note + 1, sizeof(text) - 1);
    text[sizeof(text) - 2] = '\0';
    return mp__copy_text(text);
}

char *mp__failure_read(const mp_plat_child_t *child)
{
    mp__message_t last;
    mp__message_t message;
    bool said = false;

    if (child->note != NULL) {
        return read_note(child->note);
    }
    // No child of ours says more than this; another one may try to.
    for (int i = 0; i <= TOLD_AT_ONCE; i++) {
        if (mp__message_receive(child, &message, MP_PLAT_AT_ONCE) < 0) {
            break;
        }
        said = message.kind == MP__MESSAGE_FAILURE;
        last = message;
    }
    return said ? mp__copy_text(last.text) : NULL;
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
