// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/scratch.h"

#include <apr_file_io.h>
#include <apr_strings.h>

#include "bench/pep371/support.h"

struct pep_scratch {
    char *path;
    apr_file_t *file; // Windows removes the file when this handle is closed
};

int pep_scratch_create(pep_scratch_t **out, const void *bytes, size_t size,
                       apr_pool_t *pool)
{
    pep_scratch_t *scratch = apr_pcalloc(pool, sizeof(*scratch));
    const char *folder = NULL;

    *out = NULL;
    apr_status_t status = apr_temp_dir_get(&folder, pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "no folder for temporary files");
    }
    scratch->path = apr_pstrcat(pool, folder, "/pep371-XXXXXX", NULL);
    status = apr_file_mktemp(&scratch->file, scratch->path,
                             APR_FOPEN_CREATE | APR_FOPEN_EXCL |
                                 APR_FOPEN_WRITE | APR_FOPEN_DELONCLOSE,
                             pool);
    if (status != APR_SUCCESS) {
        return pep_fail_apr(status, "no temporary file in %s", folder);
    }
    *out = scratch;
    status = apr_file_write_full(scratch->file, bytes, size, NULL);
    return status == APR_SUCCESS
               ? 0
               : pep_fail_apr(status, "cannot write %s", scratch->path);
}

const char *pep_scratch_path(const pep_scratch_t *scratch)
{
    return scratch->path;
}

void pep_scratch_destroy(pep_scratch_t *scratch)
{
    if (scratch != NULL) {
        (void) apr_file_close(scratch->file);
    }
}
