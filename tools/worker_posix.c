// SPDX-License-Identifier: Apache-2.0
#include "tools/worker.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "platform/fail.h"

// A name without a slash would be looked for where the loader's variables say.
// Each module is on its own, so that copies of one library do not meet.
int worker_load(const char *path, void **module)
{
    if (path[0] != '/') {
        return mp__fail(MP_EPROTO, 0, "the path of a module is not absolute");
    }
    if (access(path, R_OK) < 0) {
        int os_code = errno;
        return mp__fail(os_code == EACCES ? MP_EACCES : MP_ENOENT, os_code,
                        "mp-worker cannot load the module %s", path);
    }
    *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (*module == NULL) {
        const char *why = dlerror();
        return mp__fail(MP_EACCES, 0, "mp-worker cannot load the module %s: %s",
                        path, why == NULL ? "" : why);
    }
    return 0;
}

int worker_entry(void *module, const char *path, const char *name,
                 worker_entry_t *entry)
{
    void *found = dlsym(module, name);
    if (found == NULL) {
        return mp__fail(MP_ETARGET, 0,
                        "%s is no plug-in: it has no %s; write MP_PLUGIN in "
                        "one of its files",
                        path, name);
    }
    memcpy(entry, &found, sizeof(*entry));
    return 0;
}

void worker_system_text(int os_code, char *text, size_t size)
{
    (void) snprintf(text, size, "%s", strerror(os_code));
}
