// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/plugin.h"

#include <string.h>

#include <apr_dso.h>
#include <apr_file_info.h>

#include "bench/pep371/support.h"

#if APR_HAS_DSO

static apr_status_t load(mp_target_fn *out, const char *path, const char *name,
                         apr_pool_t *pool, const char **why)
{
    static char text[500];
    apr_dso_handle_t *library = NULL;
    apr_dso_handle_sym_t symbol = NULL;

    apr_status_t status = apr_dso_load(&library, path, pool);
    if (status == APR_SUCCESS) {
        status = apr_dso_sym(&symbol, library, name);
    }
    if (status != APR_SUCCESS) {
        *why = apr_dso_error(library, text, sizeof(text));
        return status;
    }
    // C has no cast from an object's address to a function's; systems with
    // shared libraries have both in one form.
    _Static_assert(sizeof(symbol) == sizeof(*out), "addresses");
    memcpy(out, &symbol, sizeof(*out));
    return APR_SUCCESS;
}

#else // APR can be built without

static apr_status_t load(mp_target_fn *out, const char *path, const char *name,
                         apr_pool_t *pool, const char **why)
{
    (void) path;
    (void) name;
    (void) pool;
    *out = NULL;
    *why = "this APR cannot load shared libraries";
    return APR_ENOTIMPL;
}

#endif

int pep_plugin_load(mp_target_fn *out, const char **path, const char *name,
                    apr_pool_t *pool)
{
    char *absolute = NULL;
    const char *why = "";

    // A bare file name would be looked for in the system's own folders.
    apr_status_t status = apr_filepath_merge(&absolute, NULL, *path, 0, pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "%s", *path);
    }
    *path = absolute;
    if (load(out, absolute, name, pool, &why) != APR_SUCCESS) {
        return pep_fail("cannot load %s from %s: %s", name, absolute, why);
    }
    return 0;
}

int plugin_worker(const mp_args_t *args)
{
    const char *path = mp_args_text(args, 0);
    const char *name = mp_args_text(args, 1);
    const char *why = "no pool";
    apr_pool_t *pool = NULL;
    mp_target_fn function = NULL;

    if (pep_apr_ready() != APR_SUCCESS ||
        apr_pool_create(&pool, NULL) != APR_SUCCESS ||
        load(&function, path, name, pool, &why) != APR_SUCCESS) {
        return mp_failure(1, "cannot load %s from %s: %s", name, path, why);
    }
    int result = function(MP_NO_ARGS);
    apr_pool_destroy(pool);
    return result;
}
MP_TARGET(plugin_worker)
