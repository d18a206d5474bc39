// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <errno.h>
#include <unistd.h>

#include "platform/fail.h"

static void give_up(mp_posix_ends_t *ends, char *note)
{
    mp_posix_ends_close(ends, 0);
    mp_posix_ends_close(ends, 1);
    mp_posix_note_free(note);
}

// A forked child has no channel: it was told everything by being forked, and
// the note takes what it has to say. What this touches is copied by the child,
// page by page, at a price; so little is touched.
static int open_all(mp_posix_ends_t *ends, char **note, int *lifeline)
{
    int r = mp_posix_ends_open(ends, false);
    if (r == 0) {
        r = mp_posix_note_take(note);
    }
    if (r == 0 && lifeline != NULL) {
        r = mp_posix_lifeline(lifeline);
    }
    return r;
}

static void collect_kept(mp_posix_kept_t *kept, const mp_posix_ends_t *ends,
                         int lifeline, const mp_plat_setup_t *setup)
{
    kept->count = 0;
    kept->row[kept->count++] = ends->death[1];
    kept->row[kept->count++] = lifeline;
    if (setup == NULL) {
        return;
    }
    for (int i = 0; i < MP_PLAT_STREAMS; i++) {
        kept->row[kept->count++] = (int) setup->streams[i];
    }
    for (size_t i = 0; i < setup->handle_count; i++) {
        kept->row[kept->count++] = (int) setup->handles[i];
    }
}

int mp_plat_fork(mp_plat_child_t *child, bool detached,
                 const mp_plat_setup_t *setup)
{
    mp_posix_ends_t ends;
    mp_posix_kept_t kept;
    char *note = NULL;
    int lifeline = -1;
    int64_t self = mp_plat_pid();

    int r = open_all(&ends, &note, detached ? NULL : &lifeline);
    if (r < 0) {
        give_up(&ends, note);
        return r;
    }
    collect_kept(&kept, &ends, lifeline, setup);
    pid_t pid = mp_posix_fork(&kept);
    if (pid == 0) {
        *child = (mp_plat_child_t) MP_PLAT_NO_CHILD;
        child->pid = self;
        child->tie = lifeline;
        child->note = note;
        child->stop = mp_posix_note_stop(note);
        return 1;
    }
    if (pid > 0) {
        r = mp_posix_ends_adopt(&ends, pid, child);
    } else {
        r = mp_posix_fail(errno, "this process cannot be forked");
    }
    mp_posix_own_close(lifeline);
    if (r < 0) {
        give_up(&ends, note);
        return r;
    }
    child->note = note;
    child->stop = mp_posix_note_stop(note);
    return 0;
}
