// SPDX-License-Identifier: Apache-2.0
#include "core/modules.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/plugin.h"
#include "core/target.h"
#include "platform/fail.h"
#include "platform/platform.h"

// Filled from its end, as what was registered last is met first.
typedef struct list {
    char *bytes; // MP__PROLOGUE_MOST of them
    size_t start;
    uint32_t count;
} list_t;

static bool has(const list_t *list, const char *path)
{
    for (size_t at = list->start; at < MP__PROLOGUE_MOST;
         at += strlen(list->bytes + at) + 1) {
        if (strcmp(list->bytes + at, path) == 0) {
            return true;
        }
    }
    return false;
}

static int add(list_t *list, const char *path)
{
    size_t size = strlen(path) + 1;

    if (has(list, path)) {
        return 0;
    }
    if (size > list->start) {
        return mp__fail(MP_EMSGSIZE, 0, "too many modules have targets");
    }
    list->start -= size;
    list->count++;
    memcpy(list->bytes + list->start, path, size);
    return 0;
}

static int add_module_of(list_t *list, const void *address)
{
    char *path = NULL;

    int r = mp_plat_module_path(address, &path);
    if (r == 0 && path != NULL) {
        r = add(list, path);
    }
    free(path);
    return r;
}

// A plug-in that was loaded by a relative path has its own absolute one.
static bool is_of_plugin(const void *address)
{
    char name[MP__MODULE_SIZE];
    char other[MP__MODULE_SIZE];

    mp_plat_module(address, name, sizeof(name));
    for (const mp_plugin_t *p = mp__plugin_first(); p != NULL; p = p->next_) {
        mp_plat_module(p, other, sizeof(other));
        if (p->path_ != NULL && strcmp(name, other) == 0) {
            return true;
        }
    }
    return false;
}

static int add_plugin(list_t *list, const mp_plugin_t *plugin)
{
    return plugin->path_ != NULL ? add(list, plugin->path_)
                                 : add_module_of(list, plugin);
}

static int fill(list_t *list)
{
    int r = 0;

    for (const mp_target_t *t = mp__target_first(); r == 0 && t != NULL;
         t = t->next_) {
        r = add_module_of(list, t);
        if (r < 0 && is_of_plugin(t)) {
            r = 0;
        }
    }
    for (const mp_plugin_t *p = mp__plugin_first(); r == 0 && p != NULL;
         p = p->next_) {
        r = add_plugin(list, p);
    }
    return r;
}

// Any plug-in of this copy of the library will do.
static uint32_t find_maker(const list_t *list)
{
    const mp_plugin_t *plugin = mp__plugin_first();
    const char *path = list->bytes + list->start;
    uint32_t maker = 0;

    while (maker + 1 < list->count &&
           (plugin->path_ == NULL || strcmp(path, plugin->path_) != 0)) {
        path += strlen(path) + 1;
        maker++;
    }
    return maker;
}

int mp__modules(char **paths, mp__prologue_t *prologue)
{
    list_t list = {.start = MP__PROLOGUE_MOST};

    if (mp__plugin_first() == NULL) {
        return mp__fail(MP_ETARGET, 0,
                        "no module is a plug-in, which mp-worker could load; "
                        "write MP_PLUGIN in one of its files");
    }
    list.bytes = malloc(MP__PROLOGUE_MOST);
    if (list.bytes == NULL) {
        return mp__fail(MP_ENOMEM, 0, "list of modules");
    }
    int r = fill(&list);
    if (r == 0 && list.count == 0) {
        r = mp__fail(MP_ETARGET, 0, "the program itself is no plug-in");
    }
    if (r < 0) {
        free(list.bytes);
        return r;
    }
    prologue->count = list.count;
    prologue->maker = find_maker(&list);
    prologue->size = MP__PROLOGUE_MOST - list.start;
    memmove(list.bytes, list.bytes + list.start, prologue->size);
    *paths = list.bytes;
    return 0;
}
