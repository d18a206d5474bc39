// SPDX-License-Identifier: Apache-2.0
// A handle travels as the number of a duplicate in the sender, which the
// receiver takes out of it. What comes of a socket that way, Winsock need not
// know in the receiver, and Wine's does not: the receiver makes it known there,
// by WSADuplicateSocket() for itself. The sender could not do it: it would have
// to know the receiver's pid, which nobody tells where an end of a pair was
// handed on.
#include "win32/win32_link.h"

#include <string.h>

#include "platform/fail.h"

#define MAGIC 0x3148706dU // "mpH1"
#define HEAD_SIZE offsetof(struct parcel, handles)
#define SENDER_TEXT "the process that sent handles"

struct parcel {
    uint32_t magic;
    uint32_t count;
    uint64_t pid;
    uint64_t born; // so that nothing is taken from who has this pid later
    uint64_t handles[MP_PLAT_SENT_HANDLES_MOST];
};

static int can_travel(const mp_plat_link_t *link, size_t count)
{
    if (link->kind != MP_PLAT_LINK_MESSAGES || !link->local) {
        return mp__fail(MP_ENOTSUP, 0, "handles travel over local pipes only");
    }
    if (count == 0 || count > MP_PLAT_SENT_HANDLES_MOST) {
        return mp__fail(MP_EINVAL, 0, "%zu handles cannot be sent at once",
                        count);
    }
    return 0;
}

// ---- sending ----

static void unpack(const struct parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->count; i++) {
        (void) CloseHandle((HANDLE) (uintptr_t) parcel->handles[i]);
    }
}

static int pack(struct parcel *parcel, const intptr_t *handles, size_t count)
{
    HANDLE self = GetCurrentProcess();

    for (size_t i = 0; i < count; i++) {
        HANDLE copy = NULL;
        // That number means this process itself.
        DWORD error = handles[i] == MP_PLAT_NONE ? ERROR_INVALID_HANDLE : 0;
        if (error == 0 &&
            !DuplicateHandle(self, (HANDLE) handles[i], self, &copy, 0, FALSE,
                             DUPLICATE_SAME_ACCESS)) {
            error = GetLastError();
        }
        if (error == ERROR_INVALID_HANDLE) {
            return mp__fail(MP_EINVAL, (int) error, "handle %zu is not open",
                            i);
        }
        if (error != 0) {
            return mp_win32_fail(error, "a handle that is to be sent");
        }
        parcel->handles[parcel->count++] = (uintptr_t) copy;
    }
    return 0;
}

int mp_plat_link_send_handles(const mp_plat_link_t *link,
                              const intptr_t *handles, size_t count,
                              int64_t deadline)
{
    struct parcel parcel = {.magic = MAGIC,
                            .pid = GetCurrentProcessId(),
                            .born = mp_win32_born_at(GetCurrentProcess())};
    size_t sent = 0;

    int r = can_travel(link, count);
    if (r < 0) {
        return r;
    }
    r = pack(&parcel, handles, count);
    if (r == 0) {
        mp_plat_piece_t piece = {&parcel, HEAD_SIZE + count * sizeof(uint64_t)};
        r = mp_plat_link_send(link, &piece, 1, &sent, deadline);
    }
    if (r < 0) {
        unpack(&parcel);
    }
    return r;
}

// ---- receiving ----

static int receive_parcel(const mp_plat_link_t *link, struct parcel *parcel,
                          int64_t deadline)
{
    size_t size = 0;

    int r = mp_plat_link_next(link, &size, deadline);
    if (r < 0) {
        return r;
    }
    if (size > sizeof(*parcel)) {
        return mp__fail(MP_EPROTO, 0, "a message came instead of handles");
    }
    if (size > 0) {
        r = mp_plat_link_receive(link, parcel, sizeof(*parcel), &size,
                                 deadline);
    }
    if (r < 0) {
        return r;
    }
    if (size < HEAD_SIZE || parcel->magic != MAGIC ||
        parcel->count > MP_PLAT_SENT_HANDLES_MOST ||
        size != HEAD_SIZE + parcel->count * sizeof(uint64_t)) {
        return mp__fail(MP_EPROTO, 0, "a message came instead of handles");
    }
    return 0;
}

static int check_sender(HANDLE process, const struct parcel *parcel)
{
    mp_win32_user_t mine;
    mp_win32_user_t other;
    DWORD integrity = 0;

    if (mp_win32_born_at(process) != parcel->born) {
        return mp__fail(MP_ENOENT, 0, SENDER_TEXT " has ended");
    }
    int r = mp_win32_user_of(GetCurrentProcess(), &mine, &integrity);
    if (r == 0) {
        r = mp_win32_user_of(process, &other, &integrity);
    }
    if (r == 0 && !EqualSid(mine.token.User.Sid, other.token.User.Sid)) {
        r = mp__fail(MP_EACCES, 0, SENDER_TEXT " is another user's");
    }
    return r;
}

static int open_sender(const struct parcel *parcel, HANDLE *process)
{
    *process = OpenProcess(PROCESS_DUP_HANDLE | SYNCHRONIZE |
                               PROCESS_QUERY_LIMITED_INFORMATION,
                           FALSE, (DWORD) parcel->pid);
    if (*process == NULL) {
        DWORD error = GetLastError();
        return error == ERROR_INVALID_PARAMETER
                   ? mp__fail(MP_ENOENT, (int) error, SENDER_TEXT " has ended")
                   : mp_win32_fail(error, SENDER_TEXT);
    }
    int r = check_sender(*process, parcel);
    if (r < 0) {
        (void) CloseHandle(*process);
    }
    return r;
}

static bool may_be_socket(HANDLE handle)
{
    DWORD flags = 0;

    return GetFileType(handle) == FILE_TYPE_PIPE &&
           !GetNamedPipeInfo(handle, &flags, NULL, NULL, NULL);
}

// What Winsock does not take for a socket is a handle like others.
static int make_usable(HANDLE *handle)
{
    SOCKET known = (SOCKET) *handle;

    int r = may_be_socket(*handle)
                ? mp_win32_socket_know((SOCKET) *handle, 0, &known)
                : 0;
    if (r == MP_ETYPE) {
        return 0;
    }
    if (r < 0 || known != (SOCKET) *handle) {
        (void) CloseHandle(*handle);
    }
    *handle = (HANDLE) known;
    return r;
}

// One that was made usable.
static void drop(intptr_t handle)
{
    if (!may_be_socket((HANDLE) handle) || closesocket((SOCKET) handle) != 0) {
        (void) CloseHandle((HANDLE) handle);
    }
}

// In either case it is gone from the sender.
static int take(HANDLE process, uint64_t number, intptr_t *handle)
{
    HANDLE copy = NULL;

    if (DuplicateHandle(process, (HANDLE) (uintptr_t) number,
                        GetCurrentProcess(), &copy, 0, FALSE,
                        DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE)) {
        int r = make_usable(&copy);
        *handle = r < 0 ? MP_PLAT_NONE : (intptr_t) copy;
        return r;
    }
    DWORD error = GetLastError();
    if (WaitForSingleObject(process, 0) == WAIT_OBJECT_0) {
        return mp__fail(MP_ENOENT, (int) error, SENDER_TEXT " has ended");
    }
    int code = mp_win32_code(error);
    return mp__fail(code == MP_EMFILE || code == MP_ENOMEM ? code : MP_EPROTO,
                    (int) error, "a handle cannot be taken");
}

static int take_all(HANDLE process, const struct parcel *parcel,
                    intptr_t *handles, size_t count)
{
    int result = 0;
    size_t taken = 0;

    for (uint32_t i = 0; i < parcel->count; i++) {
        intptr_t handle = MP_PLAT_NONE;
        int r = take(process, parcel->handles[i], &handle);
        if (r == 0 && taken == i && i < count) {
            handles[taken++] = handle;
        } else if (r == 0) {
            drop(handle);
        } else if (result == 0) {
            result = r;
        }
    }
    if (result == 0 && parcel->count != count) {
        result = mp__fail(MP_EPROTO, 0, "%u handles came instead of %zu",
                          (unsigned) parcel->count, count);
    }
    while (result < 0 && taken > 0) {
        drop(handles[--taken]);
    }
    return result;
}

int mp_plat_link_receive_handles(const mp_plat_link_t *link, intptr_t *handles,
                                 size_t count, int64_t deadline)
{
    struct parcel parcel = {.count = 0};
    HANDLE process = NULL;

    int r = can_travel(link, count);
    if (r == 0) {
        r = receive_parcel(link, &parcel, deadline);
    }
    if (r == 0) {
        r = open_sender(&parcel, &process);
    }
    if (r < 0) {
        return r;
    }
    r = take_all(process, &parcel, handles, count);
    (void) CloseHandle(process);
    return r;
}
