// SPDX-License-Identifier: Apache-2.0
// What Windows itself takes: a named pipe that keeps messages whole.
#include <stdio.h>

#include <windows.h>

#include "bench/connection/echo.h"
#include "bench/connection/groups.h"

#define ROOM 65536

static int fail(const char *what)
{
    char text[120];

    snprintf(text, sizeof(text), "%s: Windows error %lu", what,
             (unsigned long) GetLastError());
    return row_fail(text, 0);
}

static HANDLE pipe_of(const struct line *line)
{
    return (HANDLE) line->reads;
}

static int make(struct line *mine, struct line *its)
{
    snprintf(its->address, sizeof(its->address),
             "\\\\.\\pipe\\bench-connection-%lu",
             (unsigned long) GetCurrentProcessId());
    HANDLE pipe = CreateNamedPipeA(
        its->address, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT |
            PIPE_REJECT_REMOTE_CLIENTS,
        1, ROOM, ROOM, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE) {
        return fail("CreateNamedPipe");
    }
    mine->reads = (intptr_t) pipe;
    return 0;
}

static int meet(struct line *mine)
{
    return ConnectNamedPipe(pipe_of(mine), NULL) ||
                   GetLastError() == ERROR_PIPE_CONNECTED
               ? 0
               : fail("ConnectNamedPipe");
}

static int join(struct line *its)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE pipe = CreateFileA(its->address, GENERIC_READ | GENERIC_WRITE, 0,
                              NULL, OPEN_EXISTING, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE) {
        return fail("CreateFile");
    }
    its->reads = (intptr_t) pipe;
    return SetNamedPipeHandleState(pipe, &mode, NULL, NULL)
               ? 0
               : fail("SetNamedPipeHandleState");
}

static int send_whole(struct line *line, const void *bytes, size_t size)
{
    DWORD done = 0;

    return WriteFile(pipe_of(line), bytes, (DWORD) size, &done, NULL)
               ? 0
               : fail("WriteFile");
}

static int receive_whole(struct line *line, void *bytes, size_t size)
{
    DWORD done = 0;

    return ReadFile(pipe_of(line), bytes, (DWORD) size, &done, NULL) &&
                   done == size
               ? 0
               : fail("ReadFile");
}

static void drop(struct line *line)
{
    if (line->reads != 0) {
        (void) CloseHandle(pipe_of(line));
    }
    *line = (struct line){.in = NULL};
}

const struct way way_named_pipe = {.name = "named-pipe",
                                   .make = make,
                                   .join = join,
                                   .meet = meet,
                                   .send = send_whole,
                                   .receive = receive_whole,
                                   .drop = drop};

static const struct row rows[] = {
    ECHO_ROWS(way_named_pipe, "named-pipe", "a named pipe of messages",
              ROW_BY_SIZE),
};

const struct row_group group_system = {
    .rows = rows,
    .count = sizeof(rows) / sizeof(rows[0]),
    .open = echo_open,
    .close = echo_close,
};
