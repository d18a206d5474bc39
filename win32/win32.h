// SPDX-License-Identifier: Apache-2.0
// What the files of this room tell each other. Windows 10 is the oldest that
// is supported.
#ifndef MP_WIN32_H
#define MP_WIN32_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>

#include <multiprocessing/launch.h>

#include "platform/platform.h"

// ---- failures (win32_fail.c) ----

// mp__fail() with the code that a GetLastError() means. `what` is the sentence.
int mp_win32_fail(DWORD error, const char *what);
int mp_win32_fail_path(DWORD error, const char *what, const char *path);
int mp_win32_code(DWORD error);

// ---- texts (win32_text.c) ----

// All of these give a new text that free() frees. Text that is no UTF-8 is
// MP_EINVAL. What is no UTF-16, which file names may be, becomes U+FFFD.
int mp_win32_to_wide(const char *text, wchar_t **wide);
int mp_win32_to_utf8(const wchar_t *wide, char **text);
// `path` made absolute.
int mp_win32_absolute(const wchar_t *path, wchar_t **absolute);
// An absolute path in the form that files are opened by at any length.
int mp_win32_openable(const wchar_t *absolute, wchar_t **openable);
// The file of a module, absolute; NULL is the running program.
int mp_win32_module_path(HMODULE module, wchar_t **path);

// ---- waiting (win32_clock.c) ----

// 0 when `object` is signalled, MP_ETIMEDOUT (not recorded) after the deadline.
int mp_win32_wait(HANDLE object, int64_t deadline);
// The same for the first of some; *which is its number. A mutex whose owner has
// died is signalled.
int mp_win32_wait_any(DWORD count, const HANDLE *objects, int64_t deadline,
                      DWORD *which);

// ---- users (win32_user.c) ----

typedef union mp_win32_user {
    TOKEN_USER token; // points into the same memory
    BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
} mp_win32_user_t;

// The user and the integrity level that a process runs with.
int mp_win32_user_of(HANDLE process, mp_win32_user_t *user, DWORD *integrity);

// What makes an object that nobody but this user may open, and no child
// inherits. It points into itself.
typedef struct mp_win32_only_user {
    SECURITY_ATTRIBUTES attributes;
    SECURITY_DESCRIPTOR descriptor;
    mp_win32_user_t user;
    union {
        ACL list;
        BYTE room[sizeof(ACL) + sizeof(ACCESS_ALLOWED_ACE) +
                  SECURITY_MAX_SID_SIZE];
    } access;
} mp_win32_only_user_t;

int mp_win32_only_user(mp_win32_only_user_t *only);
// Whether an object that was opened with the right to ask (READ_CONTROL) was
// made with such rights of the same user: he owns it.
bool mp_win32_is_users(HANDLE object, const mp_win32_only_user_t *only);

// ---- which process it is (win32_alive.c) ----

// When it was born, by which it is told from a later one with its number; 0:
// not known.
uint64_t mp_win32_born_at(HANDLE process);

// ---- the words of a child (win32_environment.c, win32_command.c) ----

// The environment of this process with changes; *block stays NULL if there are
// none. *block is the caller's after a failure too; free() frees it.
int mp_win32_environment(char *const *changes, wchar_t **block);
// A command line; free() frees it.
int mp_win32_command_line(const wchar_t *program, char *const *arguments,
                          const wchar_t *marker, wchar_t **text);

// ---- the handles of a child (win32_stdio.c) ----

// A channel, a request to stop, shared memory, stdin, stdout, stderr, and what
// the child is given beside them.
enum { MP_WIN32_INHERITED = 6 + MP_HANDLES_MOST };

// A row of handles that are inheritable for as long as the row lives.
typedef struct mp_win32_inherited {
    DWORD count;
    HANDLE handles[MP_WIN32_INHERITED];
} mp_win32_inherited_t;

// Adds an inheritable duplicate of `handle`, which is put into *duplicate.
// Returns GetLastError() or 0.
DWORD mp_win32_inherit(mp_win32_inherited_t *row, HANDLE handle,
                       HANDLE *duplicate);
// Adds these streams, this process's own for MP_PLAT_NONE, and hands them to a
// child. Returns GetLastError() or 0.
DWORD mp_win32_inherit_stdio(mp_win32_inherited_t *row,
                             const intptr_t streams[MP_PLAT_STREAMS],
                             STARTUPINFOW *startup);
void mp_win32_inherited_close(mp_win32_inherited_t *row);

// ---- names of pipes (win32_pipe_name.c) ----

#define MP_WIN32_PIPE_NAME 96

// A new name that nobody guesses: \\.\pipe\KIND-pid-number-random.
int mp_win32_pipe_name(char name[MP_WIN32_PIPE_NAME], const char *kind);

// ---- channels (win32_channel.c) ----

// A new channel: the parent's end and the child's, neither inheritable.
int mp_win32_channel_open(HANDLE *parent_end, HANDLE *child_end);

// ---- requests to stop (win32_stop.c) ----

int mp_win32_stop_open(mp_plat_stop_t **stop);
void mp_win32_stop_close(mp_plat_stop_t *stop); // NULL is fine
// In the child: takes over the handle that the marker names.
bool mp_win32_stop_inherit(HANDLE event, mp_plat_stop_t **stop);

// ---- jobs (win32_job.c, win32_tree.c) ----

// The job of this process's children; the library keeps it.
int mp_win32_job(HANDLE *out);
// One more, of a child and all that it starts.
int mp_win32_tree_open(mp_plat_tree_t **tree);
void mp_win32_tree_close(mp_plat_tree_t *tree); // NULL is fine

// The exit codes that stand for the ends that POSIX tells by a signal. The
// first is what Python gives; both are beyond what a program returns itself.
#define MP_WIN32_TERMINATED 0x10000u
#define MP_WIN32_KILLED 0x10009u

#endif
