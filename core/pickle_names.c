// SPDX-License-Identifier: Apache-2.0
// Names in pickles, and the options.
#include "core/pickle.h"

#include <string.h>

#define BYTES_MOST ((size_t) 256 << 20)
#define ITEMS_MOST ((size_t) 1 << 24)
#define DEPTH_MOST 1000
#define INT_MOST ((size_t) 1 << 20)

mp_pickle_options_t mp__pickle_limits(const mp_pickle_options_t *options)
{
    mp_pickle_options_t limits = {0};

    if (options != NULL) {
        limits = *options;
    }

    limits.max_bytes = limits.max_bytes != 0 ? limits.max_bytes : BYTES_MOST;
    limits.max_items = limits.max_items != 0 ? limits.max_items : ITEMS_MOST;
    limits.max_memo = limits.max_memo != 0 ? limits.max_memo : ITEMS_MOST;
    limits.max_depth = limits.max_depth != 0 ? limits.max_depth : DEPTH_MOST;
    limits.max_int_bytes =
        limits.max_int_bytes != 0 ? limits.max_int_bytes : INT_MOST;
    return limits;
}

mp__pickle_name_t mp__pickle_name(const mp_any_t *value)
{
    static const struct {
        const char *module;
        const char *name;
        mp__pickle_name_t which;
    } ours[] = {{"builtins", "set", MP__NAME_SET},
                {"builtins", "frozenset", MP__NAME_FROZENSET},
                {"builtins", "bytearray", MP__NAME_BYTEARRAY},
                {MP__REF_MODULE, MP__REF_NAME, MP__NAME_REF}};

    if (!mp__any_is(value, MP_ANY_GLOBAL)) {
        return MP__NAME_OTHER;
    }
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
        if (strcmp(mp_any_object_module(value), ours[i].module) == 0 &&
            strcmp(mp_any_object_name(value), ours[i].name) == 0) {
            return ours[i].which;
        }
    }
    return MP__NAME_OTHER;
}

// "module:name" or "module:*". A name with a dot leads to something within what
// it begins with, a module among it, so the star does not stand for one.
static bool names(const char *row, const char *module, const char *name)
{
    size_t length = strlen(module);

    if (strncmp(row, module, length) != 0 || row[length] != ':') {
        return false;
    }
    const char *rest = row + length + 1;
    return strcmp(rest, name) == 0 ||
           (strcmp(rest, "*") == 0 && strchr(name, '.') == NULL);
}

int mp__pickle_allows(const char *const *only, const mp_any_t *global)
{
    const char *module = mp_any_object_module(global);
    const char *name = mp_any_object_name(global);

    if (only == NULL || mp__pickle_name(global) != MP__NAME_OTHER) {
        return 0;
    }
    for (; *only != NULL; only++) {
        if (names(*only, module, name)) {
            return 0;
        }
    }
    return mp__fail(MP_EACCES, 0,
                    "the pickle names %.200s:%.200s, which is "
                    "not among the globals that are allowed",
                    module, name);
}
