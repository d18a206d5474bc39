// SPDX-License-Identifier: Apache-2.0
#include "win32/win32_link.h"

#include <winternl.h>

#include "platform/fail.h"

// ---- birth and end ----

int mp_plat_link_pair(mp_plat_link_t ends[2], bool duplex)
{
    HANDLE handles[2] = {NULL, NULL};

    int r = mp_win32_pipe_pair(handles, duplex);
    for (int i = 0; r == 0 && i < 2; i++) {
        ends[i] = (mp_plat_link_t){(intptr_t) handles[i], MP_PLAT_LINK_MESSAGES,
                                   true};
    }
    return r;
}

// What waits for each operation itself knows no deadlines.
static bool is_synchronous(HANDLE handle)
{
    const ULONG synchronous = 0x10 | 0x20; // FILE_SYNCHRONOUS_IO_…
    const int mode_of_file = 16;           // FileModeInformation
    IO_STATUS_BLOCK status = {{0}, 0};
    ULONG mode = 0;

    NTSTATUS r = NtQueryInformationFile(handle, &status, &mode, sizeof(mode),
                                        (FILE_INFORMATION_CLASS) mode_of_file);
    return r >= 0 && (mode & synchronous) != 0;
}

// Who may only write needs nothing for that, and is told nothing. Who may only
// read cannot change it.
static bool reads_messages(HANDLE pipe)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    DWORD state = 0;

    return !GetNamedPipeHandleStateW(pipe, &state, NULL, NULL, NULL, NULL, 0) ||
           (state & PIPE_READMODE_MESSAGE) != 0 ||
           SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
}

static int adopt_pipe(mp_plat_link_t *link, HANDLE pipe, DWORD flags)
{
    ULONG pid = 0;

    if ((flags & PIPE_TYPE_MESSAGE) == 0 || is_synchronous(pipe)) {
        return mp__fail(MP_ETYPE, 0, "no pipe of messages, or not overlapped");
    }
    if (!reads_messages(pipe) ||
        !SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0)) {
        return mp_win32_fail(GetLastError(), "a pipe cannot be taken over");
    }
    link->kind = MP_PLAT_LINK_MESSAGES;
    link->local = (flags & PIPE_SERVER_END) != 0
                      ? GetNamedPipeClientProcessId(pipe, &pid)
                      : GetNamedPipeServerProcessId(pipe, &pid);
    return 0;
}

static int adopt_socket(mp_plat_link_t *link)
{
    SOCKET socket = (SOCKET) link->handle;

    int r = mp_win32_socket_take(&socket);
    if (r == 0) {
        link->handle = (intptr_t) socket;
        link->kind = MP_PLAT_LINK_STREAM;
    }
    return r;
}

int mp_plat_link_adopt(mp_plat_link_t *link, intptr_t handle)
{
    mp_plat_link_t adopted = {handle, MP_PLAT_LINK_NONE, false};
    HANDLE given = (HANDLE) handle;
    DWORD flags = 0;

    if (handle == MP_PLAT_NONE || !GetHandleInformation(given, &flags)) {
        return mp__fail(MP_EINVAL, 0, "the handle is not open");
    }
    int r = GetNamedPipeInfo(given, &flags, NULL, NULL, NULL)
                ? adopt_pipe(&adopted, given, flags)
                : adopt_socket(&adopted);
    if (r == 0) {
        *link = adopted;
    }
    return r;
}

void mp_plat_link_close(mp_plat_link_t *link)
{
    if (link->kind == MP_PLAT_LINK_MESSAGES) {
        (void) CloseHandle((HANDLE) link->handle);
    } else if (link->kind == MP_PLAT_LINK_STREAM) {
        (void) closesocket((SOCKET) link->handle);
    }
    *link = (mp_plat_link_t) MP_PLAT_NO_LINK;
}

// ---- transfer ----

int mp_plat_link_send(const mp_plat_link_t *link, const mp_plat_piece_t *pieces,
                      size_t count, size_t *sent, int64_t deadline)
{
    if (link->kind == MP_PLAT_LINK_STREAM) {
        return mp_win32_socket_send((SOCKET) link->handle, pieces, count, sent,
                                    deadline);
    }
    return mp_win32_pipe_send((HANDLE) link->handle, pieces, count, sent,
                              deadline);
}

int mp_plat_link_receive(const mp_plat_link_t *link, void *bytes, size_t size,
                         size_t *received, int64_t deadline)
{
    if (link->kind == MP_PLAT_LINK_STREAM) {
        return mp_win32_socket_receive((SOCKET) link->handle, bytes, size,
                                       received, deadline);
    }
    return mp_win32_pipe_receive((HANDLE) link->handle, bytes, size, received,
                                 deadline);
}

int mp_plat_link_next(const mp_plat_link_t *link, size_t *size,
                      int64_t deadline)
{
    if (link->kind != MP_PLAT_LINK_MESSAGES) {
        return mp__fail(MP_ENOTSUP, 0, "this link keeps no messages whole");
    }
    return mp_win32_pipe_next((HANDLE) link->handle, size, deadline);
}

int mp_plat_link_wait(const mp_plat_link_t *link, int64_t deadline)
{
    mp_plat_source_t source = {
        .kind = MP_PLAT_SOURCE_LINK, .of.link = link, .ready = false};

    int r = mp_plat_wait_any(&source, 1, deadline);
    return r == 0 ? MP_ETIMEDOUT : r < 0 ? r : 0;
}

int mp_plat_link_wait_room(const mp_plat_link_t *link, int64_t deadline)
{
    if (link->kind != MP_PLAT_LINK_STREAM) {
        return mp__fail(MP_ENOTSUP, 0, "no room is told of in a pipe");
    }
    return mp_win32_socket_wait((SOCKET) link->handle, POLLWRNORM, deadline);
}

// ---- the other side ----

static bool is_same_user(DWORD pid)
{
    mp_win32_user_t mine;
    mp_win32_user_t other;
    DWORD integrity = 0;
    bool same = false;

    if (pid == GetCurrentProcessId()) {
        return true;
    }
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
    if (process == NULL) {
        return false;
    }
    if (mp_win32_user_of(GetCurrentProcess(), &mine, &integrity) == 0 &&
        mp_win32_user_of(process, &other, &integrity) == 0) {
        same = EqualSid(mine.token.User.Sid, other.token.User.Sid);
    }
    (void) CloseHandle(process);
    return same;
}

int mp_plat_link_peer(const mp_plat_link_t *link, mp_plat_peer_t *peer)
{
    HANDLE pipe = (HANDLE) link->handle;
    DWORD flags = 0;
    ULONG pid = 0;

    if (link->kind != MP_PLAT_LINK_MESSAGES || !link->local ||
        !GetNamedPipeInfo(pipe, &flags, NULL, NULL, NULL)) {
        return mp__fail(MP_ENOTSUP, 0, "nobody tells who is at the other end");
    }
    if (!((flags & PIPE_SERVER_END) != 0
              ? GetNamedPipeClientProcessId(pipe, &pid)
              : GetNamedPipeServerProcessId(pipe, &pid))) {
        return mp__fail(MP_ENOTSUP, (int) GetLastError(),
                        "the other end of a pipe");
    }
    *peer = (mp_plat_peer_t){(int64_t) pid, -1, -1, is_same_user(pid)};
    return 0;
}
