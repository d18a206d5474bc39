// SPDX-License-Identifier: Apache-2.0
/**
 * @file pickle.h
 * Values as bytes, in Python's own encoding: pickle, as data. Nothing is ever
 * run or imported: an object of Python's stays a description of how Python
 * makes it, and loads there to an equal one with the same sharing.
 *
 * @code
 *   void *bytes = NULL;
 *   size_t size = 0;
 *   mp_dumps(&bytes, &size, value, NULL);   // pickle.loads(bytes) in Python
 *   mp_loads(&copy, bytes, size, NULL);
 *   mp_free(bytes);
 * @endcode
 */
#ifndef MP_PICKLE_H
#define MP_PICKLE_H

#include <stddef.h>

#include <multiprocessing/any.h>
#include <multiprocessing/export.h>

/** Options of mp_dumps() and mp_loads(). All zero is the default. */
typedef struct mp_pickle_options {
    /** The most bytes of a pickle. 0: 256 MiB. */
    size_t max_bytes;
    /** The most values in one, each item of a container once. 0: 2^24. */
    size_t max_items;
    /** The most values that Python has numbered to refer to them again. 0:
     * 2^24. */
    size_t max_memo;
    /** The deepest nesting. 0: 1000, which is about what Python itself
     * writes. */
    size_t max_depth;
    /** The most bytes of an integer. 0: 1 MiB. */
    size_t max_int_bytes;
    /** The classes and functions of Python's that may be named: rows of
     * "module:name" or "module:*", where * stands for any name without a dot,
     * and NULL at the end. NULL: any. An empty row: none. Whoever passes on to
     * Python what others sent should have such a list: Python runs what is
     * named when it loads. */
    const char *const *only_globals;
} mp_pickle_options_t;

MP_BEGIN_DECLS

/** mp_dumps() with the size of the caller's options. */
MP_API int mp_dumps_sized(void **bytes, size_t *size, const mp_any_t *value,
                          const mp_pickle_options_t *options,
                          size_t options_size);

/** mp_loads() with the size of the caller's options. */
MP_API int mp_loads_sized(mp_any_t **out, const void *bytes, size_t size,
                          const mp_pickle_options_t *options,
                          size_t options_size);

/**
 * Writes a value: protocol 4, which Python 3.4 and later load.
 *
 * @param bytes receives the pickle, freed with mp_free().
 * @return 0; MP_ESTATE it contains a shared object, which goes only to this
 *         family; MP_EACCES a global that only_globals does not name;
 *         MP_EDEPTH, MP_EMSGSIZE above a limit; MP_EINVAL, MP_ENOMEM.
 * Python: pickle.dumps(value, 4)
 */
static inline int mp_dumps(void **bytes, size_t *size, const mp_any_t *value,
                           const mp_pickle_options_t *options)
{
    return mp_dumps_sized(bytes, size, value, options,
                          sizeof(mp_pickle_options_t));
}

/**
 * Reads a value: protocols 3 to 5. What stands behind its end is ignored.
 *
 * set, frozenset and bytearray become values of these types; all other objects
 * are MP_ANY_OBJECT.
 *
 * @return 0; MP_EPROTO no pickle, or a damaged one; MP_ENOTSUP one of protocol
 *         2 or older, or one that names what lies outside of it (persistent
 *         ids, extension codes, out-of-band buffers); MP_EACCES a global that
 *         only_globals does not name; MP_EDEPTH, MP_EMSGSIZE above a limit,
 *         before memory was asked for; MP_EINVAL, MP_ENOMEM.
 * Python: pickle.loads(bytes), but for running anything
 */
static inline int mp_loads(mp_any_t **out, const void *bytes, size_t size,
                           const mp_pickle_options_t *options)
{
    return mp_loads_sized(out, bytes, size, options,
                          sizeof(mp_pickle_options_t));
}

MP_END_DECLS

#endif
