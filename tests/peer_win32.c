// SPDX-License-Identifier: Apache-2.0
#include "tests/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

bool peer_can(enum peer_kind kind)
{
    return kind == PEER_FRESH;
}

void peer_start(peer_t *peer, enum peer_kind kind,
                const mp_plat_memory_t *memory, int role, int number)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    HANDLE self = GetCurrentProcess();
    HANDLE given = NULL;
    char path[1000];
    char line[1200];

    (void) kind;
    assert_true(DuplicateHandle(self, (HANDLE) memory->handle, self, &given, 0,
                                TRUE, DUPLICATE_SAME_ACCESS));
    test_program_path(PEER_PROGRAM, path, sizeof(path));
    (void) snprintf(line, sizeof(line), "\"%s\" --peer %llu %d %d %llu", path,
                    (unsigned long long) memory->size, role, number,
                    (unsigned long long) (uintptr_t) given);
    assert_true(CreateProcessA(path, line, NULL, NULL, TRUE, 0, NULL, NULL,
                               &startup, &info));
    (void) CloseHandle(given);
    (void) CloseHandle(info.hThread);
    peer->pid = info.dwProcessId;
    peer->process = (intptr_t) info.hProcess;
}

void peer_main(int argc, char **argv)
{
    mp_plat_memory_t memory;

    if (argc != 6 || strcmp(argv[1], "--peer") != 0) {
        return;
    }
    intptr_t handle = (intptr_t) _strtoui64(argv[5], NULL, 10);
    if (mp_plat_memory_open(&memory, handle, _strtoui64(argv[2], NULL, 10)) <
            0 ||
        peer_prepare(&memory) < 0) {
        exit(98);
    }
    int code = peer_roles[atoi(argv[3])](&memory, atoi(argv[4]));
    mp_plat_memory_close(&memory);
    exit(code);
}

void peer_await_end(const peer_t *peer)
{
    bool ended = test_is_ready(peer->process, TEST_GUARD_MS);

    if (!ended) {
        peer_kill(peer);
    }
    assert_true(ended);
}

int peer_wait(peer_t *peer)
{
    DWORD code = 0;

    peer_await_end(peer);
    assert_true(GetExitCodeProcess((HANDLE) peer->process, &code));
    (void) CloseHandle((HANDLE) peer->process);
    return (int) code;
}

void peer_kill(const peer_t *peer)
{
    assert_true(TerminateProcess((HANDLE) peer->process, 9));
}
