// SPDX-License-Identifier: Apache-2.0
#include "posix/posix.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct search {
    uintptr_t address;
    const char *path;
} search_t;

static bool holds(const struct dl_phdr_info *module, uintptr_t address)
{
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &module->dlpi_phdr[i];
        uintptr_t start = (uintptr_t) (module->dlpi_addr + part->p_vaddr);
        if (part->p_type == PT_LOAD && address >= start &&
            address - start < part->p_memsz) {
            return true;
        }
    }
    return false;
}

static int visit(struct dl_phdr_info *module, size_t size, void *context)
{
    search_t *search = context;

    (void) size;
    if (!holds(module, search->address)) {
        return 0;
    }
    search->path = module->dlpi_name;
    return 1;
}

void mp_plat_pin(const void *address)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    (void) dl_iterate_phdr(visit, &search);
    if (search.path[0] != '\0') {
        (void) dlopen(search.path, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    }
}

// The program itself is the one module without a path.
void mp_plat_module(const void *address, char *name, size_t size)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    (void) dl_iterate_phdr(visit, &search);
    const char *slash = strrchr(search.path, '/');
    (void) snprintf(name, size, "%s", slash != NULL ? slash + 1 : search.path);
}

int mp_plat_module_path(const void *address, char **path)
{
    search_t search = {.address = (uintptr_t) address, .path = ""};

    *path = NULL;
    (void) dl_iterate_phdr(visit, &search);
    if (search.path[0] != '\0') {
        *path = realpath(search.path, NULL);
    }
    return search.path[0] == '\0' || *path != NULL
               ? 0
               : mp_posix_fail_path(errno, "a module's file is missing",
                                    search.path);
}
