// SPDX-License-Identifier: Apache-2.0
// Messages over named pipes, each of them one WriteFile, as Python's
// connections on Windows do it.
#include "win32/win32_link.h"

#include <stdlib.h>
#include <string.h>
#include <winternl.h>

#include "platform/fail.h"

#define BUFFER_SIZE 65536u
#define LINK_TEXT "a link to another process"

// ---- birth ----

int mp_win32_pipe_make(const wchar_t *name, DWORD access, DWORD instances,
                       HANDLE *pipe)
{
    mp_win32_only_user_t only;

    int r = mp_win32_only_user(&only);
    if (r < 0) {
        return r;
    }
    *pipe = CreateNamedPipeW(
        name, access | FILE_FLAG_OVERLAPPED,
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_REJECT_REMOTE_CLIENTS,
        instances, BUFFER_SIZE, BUFFER_SIZE, 0, &only.attributes);
    if (*pipe == INVALID_HANDLE_VALUE) {
        return mp_win32_fail(GetLastError(), "a pipe cannot be made");
    }
    return 0;
}

// Whoever made the pipe may see who opens it, but not act in his name.
DWORD mp_win32_pipe_open(const wchar_t *name, DWORD access, HANDLE *pipe)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    *pipe = CreateFileW(name, access, 0, NULL, OPEN_EXISTING,
                        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT |
                            SECURITY_IDENTIFICATION,
                        NULL);
    if (*pipe == INVALID_HANDLE_VALUE) {
        return GetLastError();
    }
    if (!SetNamedPipeHandleState(*pipe, &mode, NULL, NULL)) {
        DWORD error = GetLastError();
        (void) CloseHandle(*pipe);
        return error;
    }
    return 0;
}

static int open_pair(const wchar_t *name, HANDLE ends[2], bool duplex)
{
    int r = mp_win32_pipe_make(
        name,
        FILE_FLAG_FIRST_PIPE_INSTANCE |
            (duplex ? PIPE_ACCESS_DUPLEX : PIPE_ACCESS_INBOUND),
        1, &ends[0]);
    if (r < 0) {
        return r;
    }
    DWORD error = mp_win32_pipe_open(
        name, GENERIC_WRITE | (duplex ? GENERIC_READ : 0), &ends[1]);
    if (error != 0) {
        (void) CloseHandle(ends[0]);
        return mp_win32_fail(error, "a pipe cannot be opened");
    }
    return 0;
}

int mp_win32_pipe_pair(HANDLE ends[2], bool duplex)
{
    char name[MP_WIN32_PIPE_NAME];
    wchar_t *wide = NULL;

    int r = mp_win32_pipe_name(name, "pyc");
    if (r == 0) {
        r = mp_win32_to_wide(name, &wide);
    }
    if (r == 0) {
        r = open_pair(wide, ends, duplex);
    }
    free(wide);
    return r;
}

// ---- looking ----

// What FSCTL_PIPE_PEEK tells. PeekNamedPipe() keeps the number of messages to
// itself, without which an empty one cannot be seen.
struct look {
    ULONG state;
    ULONG available;
    ULONG messages; // always 0 in Wine
    ULONG length;   // of the first one
};
#define PIPE_PEEK 0x0011400Cu
#define PIPE_CLOSING 4u // by the other side, with something left to read
#define OVERFLOWN ((NTSTATUS) 0x80000005) // there is more than was asked for

DWORD mp_win32_pipe_look(HANDLE pipe, bool *some, DWORD *length)
{
    struct look look = {0, 0, 0, 0};
    IO_STATUS_BLOCK status = {{0}, 0};
    OVERLAPPED operation;

    *some = false;
    *length = 0;
    if (mp_win32_operation(&operation) < 0) {
        return ERROR_NO_SYSTEM_RESOURCES;
    }
    NTSTATUS r = NtFsControlFile(pipe, operation.hEvent, NULL, NULL, &status,
                                 PIPE_PEEK, NULL, 0, &look, sizeof(look));
    if (r == STATUS_PENDING) { // a pipe of another machine
        (void) WaitForSingleObject(operation.hEvent, INFINITE);
        r = status.Status;
    }
    if (r < 0 && r != OVERFLOWN) {
        return RtlNtStatusToDosError(r);
    }
    *some =
        look.messages > 0 || look.available > 0 || look.state == PIPE_CLOSING;
    *length = look.length;
    return 0;
}

// ---- transfer ----

static int result_of(DWORD error)
{
    if (error == WAIT_TIMEOUT) {
        return MP_ETIMEDOUT;
    }
    return error == 0 ? 0 : mp_win32_fail(error, LINK_TEXT);
}

static int send_whole(HANDLE pipe, const void *bytes, size_t size, size_t *sent,
                      int64_t deadline)
{
    OVERLAPPED operation;
    DWORD moved = 0;

    int r = mp_win32_operation(&operation);
    if (r < 0) {
        return r;
    }
    BOOL begun = WriteFile(pipe, bytes, (DWORD) size, NULL, &operation);
    DWORD error =
        mp_win32_operation_end(pipe, &operation, begun, deadline, &moved);
    *sent = moved;
    return result_of(error);
}

static char *join(const mp_plat_piece_t *pieces, size_t count, size_t size)
{
    char *joined = malloc(size);
    char *to = joined;

    for (size_t i = 0; joined != NULL && i < count; i++) {
        if (pieces[i].size > 0) {
            memcpy(to, pieces[i].bytes, pieces[i].size);
            to += pieces[i].size;
        }
    }
    return joined;
}

int mp_win32_pipe_send(HANDLE pipe, const mp_plat_piece_t *pieces, size_t count,
                       size_t *sent, int64_t deadline)
{
    const void *last = "";
    size_t filled = 0;
    size_t size = 0;

    *sent = 0;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].size > MP_PLAT_MESSAGE_MOST - size) {
            return mp__fail(MP_EINVAL, 0, "a message is too long for a pipe");
        }
        if (pieces[i].size > 0) {
            last = pieces[i].bytes;
            size += pieces[i].size;
            filled++;
        }
    }
    if (filled <= 1) {
        return send_whole(pipe, last, size, sent, deadline);
    }
    char *joined = join(pieces, count, size);
    if (joined == NULL) {
        return mp__fail(MP_ENOMEM, 0, "message");
    }
    int r = send_whole(pipe, joined, size, sent, deadline);
    free(joined);
    return r;
}

// Reading no bytes waits for a message and leaves it there, unless it has none
// itself.
int mp_win32_pipe_next(HANDLE pipe, size_t *size, int64_t deadline)
{
    OVERLAPPED operation;
    DWORD length = 0;
    bool some = false;
    char nothing = 0;

    *size = 0;
    do {
        int r = mp_win32_operation(&operation);
        if (r < 0) {
            return r;
        }
        BOOL begun = ReadFile(pipe, &nothing, 0, NULL, &operation);
        DWORD error =
            mp_win32_operation_end(pipe, &operation, begun, deadline, &length);
        if (error == ERROR_MORE_DATA) {
            error = mp_win32_pipe_look(pipe, &some, &length);
        } else if (error == 0) {
            return 0;
        }
        if (error != 0) {
            return result_of(error);
        }
    } while (length == 0); // its sender has withdrawn it meanwhile
    *size = length;
    return 0;
}

int mp_win32_pipe_receive(HANDLE pipe, void *bytes, size_t size,
                          size_t *received, int64_t deadline)
{
    OVERLAPPED operation;
    DWORD moved = 0;

    *received = 0;
    if (size == 0) {
        return 0; // mp_win32_pipe_next() has taken it
    }
    int r = size > MP_PLAT_MESSAGE_MOST
                ? mp__fail(MP_EINVAL, 0, "no message of a pipe is that long")
                : mp_win32_operation(&operation);
    if (r < 0) {
        return r;
    }
    BOOL begun = ReadFile(pipe, bytes, (DWORD) size, NULL, &operation);
    DWORD error =
        mp_win32_operation_end(pipe, &operation, begun, deadline, &moved);
    *received = moved;
    if (error == ERROR_MORE_DATA) {
        return mp__fail(MP_EPROTO, 0, "the message is longer than it was");
    }
    return result_of(error);
}
