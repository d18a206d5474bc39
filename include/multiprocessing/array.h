// SPDX-License-Identifier: Apache-2.0
/**
 * @file array.h
 * An Array: items of one C type, or structs, in memory that the family of
 * processes shares, with a lock of its own. What value.h says of types, locks
 * and dead holders holds here, too.
 *
 * @code
 *   mp_array_t *samples = NULL;
 *   mp_array_create(&samples, MP_C_DOUBLE, 1000, NULL, NULL);
 *   mp_array_set_float(samples, 3, 2.5);
 *   …
 *   double *row = (double *) mp_array_address(samples);
 *   mp_array_acquire(samples, MP_FOREVER);
 *   for (size_t i = 0; i < mp_array_length(samples); i++) {
 *       row[i] *= 2;
 *   }
 *   mp_array_release(samples);
 * @endcode
 */
#ifndef MP_ARRAY_H
#define MP_ARRAY_H

#include <multiprocessing/value.h>

/** A row of shared items. Python: Array, RawArray */
typedef struct mp_array mp_array_t;

MP_BEGIN_DECLS

/** mp_array_create() with the size of the caller's options struct. */
MP_API int mp_array_create_sized(mp_array_t **out, int type, size_t count,
                                 const void *initial,
                                 const mp_value_options_t *options,
                                 size_t options_size);

/** mp_array_create_struct() with the size of the caller's options struct. */
MP_API int mp_array_create_struct_sized(mp_array_t **out, size_t item_size,
                                        size_t count, const void *initial,
                                        const mp_value_options_t *options,
                                        size_t options_size);

/**
 * Makes an Array of a C type. Its items begin at a multiple of 64.
 *
 * @param out receives the Array, or NULL on failure.
 * @param type an mp_ctype_t, or Python's typecode.
 * @param count of the items; may be 0.
 * @param initial `count` items of this type, copied; NULL: all zero.
 * @param options which lock it has. NULL: the defaults; copied.
 * @return 0; MP_EINVAL no such type, or more than one lock; MP_ENOSPC,
 *         MP_ENOMEM no more memory to share; MP_EMFILE; MP_ENPROC; MP_ENOTSUP
 *         options of a newer version.
 * Ownership: the caller's, released with mp_array_destroy().
 * Inherits: as mp_lock_create().
 * Python: multiprocessing.Array(type, size or initial, lock=…), RawArray
 */
static inline int mp_array_create(mp_array_t **out, int type, size_t count,
                                  const void *initial,
                                  const mp_value_options_t *options)
{
    return mp_array_create_sized(out, type, count, initial, options,
                                 sizeof(mp_value_options_t));
}

/**
 * Makes an Array of any structs without pointers.
 *
 * @param item_size of one struct, in bytes, above 0.
 * @return as mp_array_create().
 */
static inline int mp_array_create_struct(mp_array_t **out, size_t item_size,
                                         size_t count, const void *initial,
                                         const mp_value_options_t *options)
{
    return mp_array_create_struct_sized(out, item_size, count, initial, options,
                                        sizeof(mp_value_options_t));
}

/**
 * Releases this process's hold on the Array; it goes with the last one. NULL is
 * fine.
 */
MP_API void mp_array_destroy(mp_array_t *array);

/** As mp_value_hold(). */
MP_API int mp_array_hold(mp_array_t *array);

/** Its typecode, the number of its items, the size of one, its address. */
MP_API int mp_array_type(const mp_array_t *array);
MP_API size_t mp_array_length(const mp_array_t *array);
MP_API size_t mp_array_item_size(const mp_array_t *array);
MP_API void *mp_array_address(mp_array_t *array);

/** Its lock, as that of a Value. Blocks: up to timeout_ms. */
MP_API int mp_array_acquire(mp_array_t *array, int64_t timeout_ms);
MP_API int mp_array_release(mp_array_t *array);
MP_API mp_rlock_t *mp_array_rlock(mp_array_t *array);
MP_API mp_lock_t *mp_array_lock(mp_array_t *array);

/**
 * Reads or writes one item, under the lock.
 *
 * @param index from 0; a negative one of Python's is mp_array_length() - n.
 * @return as mp_value_get_int() and mp_value_set_int(); MP_ERANGE there is no
 *         such item.
 * Blocks: while another holds the lock.
 * Python: array[index]
 */
MP_API int mp_array_get_int(mp_array_t *array, size_t index, int64_t *out);
MP_API int mp_array_get_uint(mp_array_t *array, size_t index, uint64_t *out);
MP_API int mp_array_get_float(mp_array_t *array, size_t index, double *out);
MP_API int mp_array_set_int(mp_array_t *array, size_t index, int64_t number);
MP_API int mp_array_set_uint(mp_array_t *array, size_t index, uint64_t number);
MP_API int mp_array_set_float(mp_array_t *array, size_t index, double number);

/**
 * Copies `count` items, from `first` on, out of the Array or into it, in one
 * step under the lock.
 *
 * @param out, items room for as many; may be NULL if they are none.
 * @return 0; MP_OWNERDIED as mp_value_get_int(); MP_ERANGE the Array has not so
 *         many, and nothing was copied; MP_EINVAL; MP_ENPROC, MP_ENOMEM.
 * Blocks: while another holds the lock.
 * Python: array[first:first + count]
 */
MP_API int mp_array_read(mp_array_t *array, size_t first, size_t count,
                         void *out);
MP_API int mp_array_write(mp_array_t *array, size_t first, size_t count,
                          const void *items);

/**
 * The text in an Array of MP_C_CHAR: up to its first NUL, or all of it.
 *
 * @param size of `out`, with room for a NUL.
 * @return as mp_array_read(); MP_EMSGSIZE it is longer, and nothing was copied;
 *         MP_ETYPE the items are no MP_C_CHAR.
 * Blocks: while another holds the lock.
 * Python: array.value (array.raw is mp_array_read())
 */
MP_API int mp_array_get_text(mp_array_t *array, char *out, size_t size);

/**
 * Puts a text there, with a NUL behind it if there is room.
 *
 * @return as mp_array_get_text(); MP_EMSGSIZE it is longer than the Array.
 * Blocks: while another holds the lock.
 * Python: array.value = text
 */
MP_API int mp_array_set_text(mp_array_t *array, const char *text);

/** As mp_value_copy() and mp_value_synchronize(). */
MP_API int mp_array_copy_sized(mp_array_t **out, mp_array_t *array,
                               const mp_value_options_t *options,
                               size_t options_size);
MP_API int mp_array_synchronize_sized(mp_array_t *array,
                                      const mp_value_options_t *options,
                                      size_t options_size);

static inline int mp_array_copy(mp_array_t **out, mp_array_t *array,
                                const mp_value_options_t *options)
{
    return mp_array_copy_sized(out, array, options, sizeof(mp_value_options_t));
}

static inline int mp_array_synchronize(mp_array_t *array,
                                       const mp_value_options_t *options)
{
    return mp_array_synchronize_sized(array, options,
                                      sizeof(mp_value_options_t));
}

MP_END_DECLS

#endif
