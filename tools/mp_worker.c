// SPDX-License-Identifier: Apache-2.0
// mp-worker: the program that the spawned children of a plug-in run. Its
// command line has a marker and nothing else. What the channel names is loaded
// only after the channel was found to be from this process's own parent.
#include "tools/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/errors.h>

#include "core/message.h"
#include "core/prologue.h"
#include "platform/fail.h"
#include "platform/platform.h"

#define TIMEOUT_NS (INT64_C(60) * 1000000000)
#define REFUSED_EXITCODE 125 // as a child of any program that is refused

// The only argument, behind its name; NULL if this is no child.
static const char *marker_of(int argc, char **argv)
{
    size_t length = strlen(MP_PLAT_MARKER);

    if (argc != 2 || strncmp(argv[1], MP_PLAT_MARKER, length) != 0) {
        return NULL;
    }
    return argv[1] + length;
}

// The paths of the modules, freed with free().
static int receive(const mp_plat_child_t *parent, mp__prologue_t *prologue,
                   char **paths)
{
    unsigned char header[MP__PROLOGUE_HEADER_SIZE];
    int64_t deadline = mp_plat_now() + TIMEOUT_NS;

    int r = mp_plat_channel_receive(parent, header, sizeof(header), deadline);
    if (r == 0) {
        r = mp__prologue_read(header, prologue);
    }
    if (r < 0) {
        return r;
    }
    *paths = malloc(prologue->size + 1);
    if (*paths == NULL) {
        return mp__fail(MP_ENOMEM, 0, "list of modules");
    }
    r = mp_plat_channel_receive(parent, *paths, prologue->size, deadline);
    return r == 0 ? mp__prologue_check(prologue, *paths) : r;
}

// Loads them in order and finds the function of the one that is to be called.
static int load(const mp__prologue_t *prologue, const char *paths,
                worker_entry_t *entry)
{
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < prologue->count; i++) {
        void *module = NULL;
        r = worker_load(paths, &module);
        if (r == 0 && i == prologue->maker) {
            r = worker_entry(module, paths, MP__PLUGIN_ENTRY, entry);
        }
        paths += strlen(paths) + 1;
    }
    return r;
}

// Returns only what keeps the plug-in from running the child.
static int serve(const mp_plat_child_t *parent, const char *marker)
{
    mp__prologue_t prologue = {0};
    worker_entry_t entry = NULL;
    char *paths = NULL;

    int r = receive(parent, &prologue, &paths);
    if (r == 0) {
        r = load(&prologue, paths, &entry);
    }
    free(paths);
    if (r < 0 || entry == NULL) {
        return r;
    }
    const mp_plugin_call_t call = {MP__PROLOGUE_FORMAT, sizeof(call), marker};
    r = entry(&call);
    return mp__fail(r < 0 ? r : MP_EPROTO, 0,
                    "the plug-in was built for another version of mp-worker, "
                    "or cannot run a child (%d)",
                    r);
}

int main(int argc, char **argv)
{
    mp_plat_child_t parent = MP_PLAT_NO_CHILD;
    const char *marker = marker_of(argc, argv);

    if (marker == NULL) {
        (void) fputs("mp-worker: runs the children of plug-ins that use "
                     "multiprocessing; it is started by them only\n",
                     stderr);
        return REFUSED_EXITCODE;
    }
    if (mp_plat_privileged() || mp_plat_parent_open(&parent, marker) < 0) {
        return REFUSED_EXITCODE;
    }
    intptr_t channel = parent.channel;
    parent.channel = MP_PLAT_NONE;
    parent.tie = MP_PLAT_NONE;
    mp_plat_child_close(&parent); // the plug-in opens its own
    parent.channel = channel;
    int r = serve(&parent, marker);
    (void) mp__message_send(&parent, MP__MESSAGE_REFUSED, r,
                            mp__fail_last()->message,
                            mp_plat_now() + TIMEOUT_NS);
    return REFUSED_EXITCODE;
}
