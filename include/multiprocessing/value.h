// SPDX-License-Identifier: Apache-2.0
/**
 * @file value.h
 * A Value: one item of a C type, or one struct, in memory that the family of
 * processes shares, with a lock of its own. A library that was built without
 * them (MP_SHAREDCTYPES=OFF) has neither Values nor Arrays.
 *
 * @code
 *   mp_value_t *hits = NULL;
 *   mp_value_create(&hits, MP_C_INT64, MP_INT(0), NULL); // or 'q'
 *   …
 *   mp_value_add(hits, 1, NULL);        // atomic
 *   mp_value_add_locked(hits, 1, NULL); // takes the lock for it
 *   mp_value_get_int(hits, &number);
 * @endcode
 *
 * Three ways to the item, and how they go together:
 *  - the getters and setters, and mp_value_add_locked(), take the lock for a
 *    moment, as Python does. Several of them together are one step only if
 *    the caller holds the lock: mp_value_acquire() … mp_value_release().
 *  - mp_value_add(), _exchange() and _compare_exchange() are atomic by
 *    themselves and do not take the lock, so they never wait. Among themselves
 *    and with single getters and setters they are always right; but what is
 *    read and written back under the lock overwrites what they did in between.
 *    Where several processes change one number, use either kind for it.
 *  - mp_value_address() is for the caller who holds the lock, or who uses
 *    atomic operations (atomic.h).
 *
 * A process that ends while it holds the lock does not stop the others: they
 * get it within a second. With the Value's own lock nothing is said of that;
 * with one that was given, the call that gets it returns MP_OWNERDIED: done,
 * but the last holder died.
 */
#ifndef MP_VALUE_H
#define MP_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>
#include <multiprocessing/export.h>
#include <multiprocessing/lock.h>

/**
 * C types. Each is its typecode, so that 'i' does for MP_C_INT; two names of
 * one type are the same.
 */
typedef enum mp_ctype {
    MP_C_STRUCT = 0, /**< any item, known by its size */
    MP_C_BOOL = '?',
    MP_C_CHAR = 'c', /**< a byte of text; as a number 0 to 255 */
    MP_C_SCHAR = 'b',
    MP_C_UCHAR = 'B',
    MP_C_SHORT = 'h',
    MP_C_USHORT = 'H',
    MP_C_INT = 'i',
    MP_C_UINT = 'I',
    MP_C_LONG = 'l', /**< 32 bits on Windows */
    MP_C_ULONG = 'L',
    MP_C_LLONG = 'q',
    MP_C_ULLONG = 'Q',
    MP_C_FLOAT = 'f',
    MP_C_DOUBLE = 'd',
    MP_C_WCHAR = 'u', /**< wchar_t, as a number without a sign */
    MP_C_INT8 = 'b',
    MP_C_UINT8 = 'B',
    MP_C_INT16 = 'h',
    MP_C_UINT16 = 'H',
    MP_C_INT32 = 'i',
    MP_C_UINT32 = 'I',
    MP_C_INT64 = 'q',
    MP_C_UINT64 = 'Q'
} mp_ctype_t;

/** A shared item. Python: Value, RawValue */
typedef struct mp_value mp_value_t;

/**
 * Which lock guards a Value or an Array. All zero: a recursive one of its own.
 * At most one of these may be set.
 */
typedef struct mp_value_options {
    mp_lock_t *lock;   /**< this one; it stays as long as what it guards */
    mp_rlock_t *rlock; /**< or this one */
    bool raw;          /**< none: Python's RawValue and RawArray */
} mp_value_options_t;

MP_BEGIN_DECLS

/** mp_value_create() with the size of the caller's options struct. */
MP_API int mp_value_create_sized(mp_value_t **out, int type, mp_arg_t initial,
                                 const mp_value_options_t *options,
                                 size_t options_size);

/** mp_value_create_struct() with the size of the caller's options struct. */
MP_API int mp_value_create_struct_sized(mp_value_t **out, size_t size,
                                        const void *initial,
                                        const mp_value_options_t *options,
                                        size_t options_size);

/**
 * Makes a Value of a C type.
 *
 * @param out receives the Value, or NULL on failure.
 * @param type an mp_ctype_t, or Python's typecode.
 * @param initial MP_INT(…), MP_FLOAT(…) or MP_BOOL(…). An integer is cut off
 *        as mp_value_set_int() does.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_EINVAL no such type, or more than one lock; MP_ETYPE a float
 *         for an integer, or no number; MP_ERANGE an integer above INT64_MAX
 *         (see mp_value_set_uint()); MP_ENOMEM, MP_ENOSPC no more memory to
 *         share; MP_EMFILE; MP_ENPROC; MP_ENOTSUP options of a newer version.
 * Ownership: the caller's, released with mp_value_destroy().
 * Inherits: as mp_lock_create().
 * Python: multiprocessing.Value(type, initial, lock=…), RawValue
 */
static inline int mp_value_create(mp_value_t **out, int type, mp_arg_t initial,
                                  const mp_value_options_t *options)
{
    return mp_value_create_sized(out, type, initial, options,
                                 sizeof(mp_value_options_t));
}

/**
 * Makes a Value of any struct without pointers, aligned to 64 if it is larger
 * than 8 bytes. It is read and written as a whole, or at its address.
 *
 * @param size of the struct, in bytes, above 0.
 * @param initial what it holds at first; NULL: all zero.
 * @return as mp_value_create().
 * Python: Value(structure, …)
 */
static inline int mp_value_create_struct(mp_value_t **out, size_t size,
                                         const void *initial,
                                         const mp_value_options_t *options)
{
    return mp_value_create_struct_sized(out, size, initial, options,
                                        sizeof(mp_value_options_t));
}

/**
 * Releases this process's hold on the Value; it goes with the last one. NULL is
 * fine.
 */
MP_API void mp_value_destroy(mp_value_t *value);

/**
 * One more hold of this process, to be released by one more
 * mp_value_destroy().
 *
 * @return 0; MP_EINVAL it is no Value; MP_ENOMEM, MP_ENOSPC, MP_ENPROC.
 */
MP_API int mp_value_hold(mp_value_t *value);

/** Its typecode, MP_C_STRUCT for a struct; its size in bytes; its address. */
MP_API int mp_value_type(const mp_value_t *value);
MP_API size_t mp_value_size(const mp_value_t *value);
MP_API void *mp_value_address(mp_value_t *value);

/**
 * Acquires its lock, for several steps in one. Its own lock, and a given RLock,
 * may be acquired again by the thread that holds it; a given Lock may not: then
 * its getters and setters wait, too, as in Python.
 *
 * @return 0; MP_OWNERDIED acquired, but the last holder of the lock that was
 *         given died; MP_ETIMEDOUT; MP_ESTATE it has no lock; MP_EINVAL NULL;
 *         else as mp_lock_acquire().
 * Blocks: up to timeout_ms.
 * Python: Value.acquire(), with value.get_lock()
 */
MP_API int mp_value_acquire(mp_value_t *value, int64_t timeout_ms);

/**
 * Releases it.
 *
 * @return 0; MP_ESTATE it is not held, or it has no lock; MP_EINVAL NULL.
 * Python: Value.release()
 */
MP_API int mp_value_release(mp_value_t *value);

/**
 * Its lock: the RLock that is its own or was given, or the Lock that was given.
 *
 * @return NULL if it has none of this kind.
 * Ownership: the Value's: do not destroy it. Its own lock can be given to other
 *            Values and to conditions, which then hold this one; as an argument
 *            of a process, give the Value.
 * Python: Value.get_lock()
 */
MP_API mp_rlock_t *mp_value_rlock(mp_value_t *value);
MP_API mp_lock_t *mp_value_lock(mp_value_t *value);

/**
 * Reads the item, under the lock.
 *
 * @return 0; MP_OWNERDIED done, but the last holder of the lock that was given
 *         died; MP_ETYPE it is a struct, or a float is asked for an integer (an
 *         integer also serves where a float is asked for); MP_ERANGE the number
 *         has no place in *out; MP_EINVAL NULL; MP_ENPROC, MP_ENOMEM this
 *         process, forked outside of the library, cannot join the family. Below
 *         0 *out is left as it was.
 * Blocks: while another holds the lock.
 * Python: value.value
 */
MP_API int mp_value_get_int(mp_value_t *value, int64_t *out);
MP_API int mp_value_get_uint(mp_value_t *value, uint64_t *out);
MP_API int mp_value_get_float(mp_value_t *value, double *out);

/**
 * Writes the item, under the lock. An integer that is too large for the type
 * is cut off at its size, as by an assignment in C and in ctypes: 300 in an
 * MP_C_UINT8 is 44. MP_C_BOOL becomes true by any number but 0.
 *
 * @return as mp_value_get_int(), without MP_ERANGE; MP_ETYPE it is a struct, or
 *         an integer and the number a float.
 * Blocks: while another holds the lock.
 * Python: value.value = number
 */
MP_API int mp_value_set_int(mp_value_t *value, int64_t number);
MP_API int mp_value_set_uint(mp_value_t *value, uint64_t number);
MP_API int mp_value_set_float(mp_value_t *value, double number);

/**
 * Reads or writes the whole item as bytes, under the lock.
 *
 * @param size mp_value_size(), or MP_EINVAL.
 * @return as mp_value_get_int().
 * Blocks: while another holds the lock.
 */
MP_API int mp_value_read(mp_value_t *value, void *out, size_t size);
MP_API int mp_value_write(mp_value_t *value, const void *data, size_t size);

/**
 * Adds under the lock: with value.get_lock(): value.value += amount.
 *
 * @param old receives what it held before, if it is not NULL; of an unsigned
 *        integer of 64 bits its bits.
 * @return as mp_value_set_int(); MP_ESTATE it has no lock (mp_value_add() needs
 *         none); MP_ETYPE it is a bool, or no number of this kind. An integer
 *         wraps.
 * Blocks: while another holds the lock.
 */
MP_API int mp_value_add_locked(mp_value_t *value, int64_t amount, int64_t *old);
MP_API int mp_value_add_float_locked(mp_value_t *value, double amount,
                                     double *old);

/**
 * Adds to an integer atomically, without the lock; it wraps.
 *
 * @param old receives what it held before, if it is not NULL; of an unsigned
 *        integer of 64 bits its bits.
 * @return 0; MP_ETYPE it is no integer; MP_EINVAL NULL.
 */
MP_API int mp_value_add(mp_value_t *value, int64_t amount, int64_t *old);

/** Sets an integer or a bool atomically, without the lock; as mp_value_add().
 */
MP_API int mp_value_exchange(mp_value_t *value, int64_t number, int64_t *old);

/**
 * Sets an integer or a bool atomically, without the lock, if it holds what is
 * expected.
 *
 * @param expected receives what it held, if that was another number. One that
 *        its type cannot hold is never what it held.
 * @param exchanged receives whether it did.
 * @return 0, also if it did not; MP_ETYPE it is no integer; MP_EINVAL NULL.
 */
MP_API int mp_value_compare_exchange(mp_value_t *value, int64_t *expected,
                                     int64_t number, bool *exchanged);

/**
 * Makes another Value of the same type that holds the same; it is read under
 * its lock.
 *
 * @param options the lock of the copy, as for mp_value_create().
 * @return as mp_value_create() and mp_value_get_int(): with MP_OWNERDIED the
 *         copy was made.
 * Blocks: while another holds the lock.
 * Ownership: as mp_value_create().
 * Python: multiprocessing.sharedctypes.copy(obj)
 */
MP_API int mp_value_copy_sized(mp_value_t **out, mp_value_t *value,
                               const mp_value_options_t *options,
                               size_t options_size);

static inline int mp_value_copy(mp_value_t **out, mp_value_t *value,
                                const mp_value_options_t *options)
{
    return mp_value_copy_sized(out, value, options, sizeof(mp_value_options_t));
}

/**
 * Gives a raw Value a lock. Nobody may use it meanwhile.
 *
 * @return 0; MP_ESTATE it has one, or other processes have it already, which
 *         excludes a lock that is given; MP_EINVAL; MP_ENOMEM, MP_ENOSPC.
 * Python: multiprocessing.sharedctypes.synchronized(obj, lock)
 */
MP_API int mp_value_synchronize_sized(mp_value_t *value,
                                      const mp_value_options_t *options,
                                      size_t options_size);

static inline int mp_value_synchronize(mp_value_t *value,
                                       const mp_value_options_t *options)
{
    return mp_value_synchronize_sized(value, options,
                                      sizeof(mp_value_options_t));
}

MP_END_DECLS

#endif
