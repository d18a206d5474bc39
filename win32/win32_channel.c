// SPDX-License-Identifier: Apache-2.0
// A channel is a named pipe, because unnamed ones know neither deadlines nor
// who is at the other end. Nobody uses its name but who makes it.
#include "win32/win32.h"

#include "platform/fail.h"

#define BUFFER_SIZE 65536u
#define CHANNEL_TEXT "the channel to another process"
#define CHUNK_MAX (1u << 20) // what one operation moves at most

// ---- birth ----

static int open_server(const char *name, HANDLE *end)
{
    mp_win32_only_user_t only;

    int r = mp_win32_only_user(&only);
    if (r < 0) {
        return r;
    }
    *end = CreateNamedPipeA(name,
                            PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED |
                                FILE_FLAG_FIRST_PIPE_INSTANCE,
                            PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS, 1,
                            BUFFER_SIZE, BUFFER_SIZE, 0, &only.attributes);
    if (*end == INVALID_HANDLE_VALUE) {
        return mp_win32_fail(GetLastError(), "a pipe cannot be made");
    }
    return 0;
}

static int open_client(const char *name, HANDLE *end)
{
    *end = CreateFileA(
        name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS,
        NULL);
    if (*end == INVALID_HANDLE_VALUE) {
        return mp_win32_fail(GetLastError(), "a pipe cannot be opened");
    }
    return 0;
}

int mp_win32_channel_open(HANDLE *parent_end, HANDLE *child_end)
{
    char name[MP_WIN32_PIPE_NAME];

    int r = mp_win32_pipe_name(name, "mp");
    if (r == 0) {
        r = open_server(name, parent_end);
    }
    if (r < 0) {
        return r;
    }
    r = open_client(name, child_end);
    if (r < 0) {
        (void) CloseHandle(*parent_end);
    }
    return r;
}

// ---- transfer ----

// One call of send or receive. The event is its own: two threads may use one
// channel in opposite directions, and a channel moves only a few messages in
// its life.
typedef struct transfer {
    HANDLE channel;
    HANDLE process; // at the other side; NULL: not known
    OVERLAPPED operation;
    int64_t deadline;
} transfer_t;

static int transfer_begin(transfer_t *transfer, const mp_plat_child_t *other,
                          int64_t deadline)
{
    HANDLE process = other->end == MP_PLAT_NONE ? NULL : (HANDLE) other->end;

    *transfer = (transfer_t){(HANDLE) other->channel, process, {0}, deadline};
    transfer->operation.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (transfer->operation.hEvent == NULL) {
        return mp_win32_fail(GetLastError(), "an event cannot be made");
    }
    return 0;
}

static void transfer_end(transfer_t *transfer)
{
    (void) CloseHandle(transfer->operation.hEvent);
}

// Waits for the operation. A process of the other side's may hold its end open
// longer than the other side lives: then what it sent is there already.
static int transfer_wait(const transfer_t *transfer)
{
    const HANDLE objects[] = {transfer->operation.hEvent, transfer->process};
    DWORD count = transfer->process == NULL ? 1 : 2;
    DWORD which = 0;

    int r = mp_win32_wait_any(count, objects, transfer->deadline, &which);
    return r == 0 && which == 1 ? MP_EEOF : r;
}

// Sees an operation through that ReadFile or WriteFile has `begun`. It is over
// when this returns: a buffer is never touched later, whatever the result.
static int transfer_finish(transfer_t *transfer, BOOL begun, DWORD *moved)
{
    int r = 0;

    if (!begun) {
        DWORD error = GetLastError();
        if (error != ERROR_IO_PENDING) {
            return mp_win32_fail(error, CHANNEL_TEXT);
        }
        r = transfer_wait(transfer);
        if (r < 0) {
            (void) CancelIoEx(transfer->channel, &transfer->operation);
        }
    }
    if (!GetOverlappedResult(transfer->channel, &transfer->operation, moved,
                             TRUE)) {
        DWORD error = GetLastError();
        if (error == ERROR_OPERATION_ABORTED && r == MP_ETIMEDOUT) {
            return mp__fail(r, 0, "the other process did not answer in time");
        }
        if (error == ERROR_OPERATION_ABORTED && r == MP_EEOF) {
            return mp__fail(r, 0, "the other process has ended");
        }
        return r < 0 ? r : mp_win32_fail(error, CHANNEL_TEXT);
    }
    if (*moved == 0) {
        return mp__fail(MP_EPROTO, 0, "the other process sent an empty piece");
    }
    return 0;
}

static DWORD chunk_of(size_t size)
{
    return size < CHUNK_MAX ? (DWORD) size : CHUNK_MAX;
}

int mp_plat_channel_send(const mp_plat_child_t *other, const void *bytes,
                         size_t size, int64_t deadline)
{
    const char *from = bytes;
    transfer_t transfer;

    int r = transfer_begin(&transfer, other, deadline);
    if (r < 0) {
        return r;
    }
    while (r == 0 && size > 0) {
        DWORD moved = 0;
        BOOL begun = WriteFile(transfer.channel, from, chunk_of(size), NULL,
                               &transfer.operation);
        r = transfer_finish(&transfer, begun, &moved);
        from += moved;
        size -= moved;
    }
    transfer_end(&transfer);
    return r;
}

int mp_plat_channel_receive(const mp_plat_child_t *other, void *bytes,
                            size_t size, int64_t deadline)
{
    char *to = bytes;
    transfer_t transfer;

    int r = transfer_begin(&transfer, other, deadline);
    if (r < 0) {
        return r;
    }
    while (r == 0 && size > 0) {
        DWORD moved = 0;
        BOOL begun = ReadFile(transfer.channel, to, chunk_of(size), NULL,
                              &transfer.operation);
        r = transfer_finish(&transfer, begun, &moved);
        to += moved;
        size -= moved;
    }
    transfer_end(&transfer);
    return r;
}
