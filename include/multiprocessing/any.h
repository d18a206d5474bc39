// SPDX-License-Identifier: Apache-2.0
/**
 * @file any.h
 * The one dynamic value: what Python calls Any. None, numbers, texts, bytes,
 * lists, tuples, dicts, sets, the family's shared objects, and objects of
 * Python's, which are kept as they came and never run.
 *
 * @code
 *   mp_any_t *list = NULL;
 *   mp_any_t *text = NULL;
 *   mp_any_list(&list, MP_ARGS(1, 2.5, MP_NONE));
 *   mp_any_repr(list, &text);      // [1, 2.5, None]
 *   mp_free(text);
 *   mp_any_destroy(list);
 * @endcode
 *
 * A value is held by counted references. What a call creates is the caller's
 * and released with mp_any_destroy(); what goes into a container is held by the
 * container, too; what is read out of one is borrowed: it lives as long as the
 * container has it, and is kept longer by mp_any_hold(). Values may contain
 * each other and themselves; those are freed, too.
 *
 * Threads: any number may read a value, hold and destroy it at once. Who
 * changes one must be alone with it, and, if it contains itself, with all that
 * it contains.
 */
#ifndef MP_ANY_H
#define MP_ANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>
#include <multiprocessing/export.h>

/** What a value is. */
typedef enum mp_any_type {
    MP_ANY_NONE = 1,  /**< None */
    MP_ANY_BOOL,      /**< bool */
    MP_ANY_INT,       /**< int, of any size */
    MP_ANY_FLOAT,     /**< float */
    MP_ANY_TEXT,      /**< str */
    MP_ANY_BYTES,     /**< bytes */
    MP_ANY_BYTEARRAY, /**< bytearray */
    MP_ANY_LIST,      /**< list */
    MP_ANY_TUPLE,     /**< tuple */
    MP_ANY_DICT,      /**< dict */
    MP_ANY_SET,       /**< set */
    MP_ANY_FROZENSET, /**< frozenset */
    MP_ANY_GLOBAL,    /**< a class or function of Python's, by its name */
    MP_ANY_OBJECT,    /**< an object of Python's, by how it is made */
    MP_ANY_SHARED     /**< a lock, an event … that processes share */
} mp_any_type_t;

/** How Python makes an object (pickle's REDUCE, NEWOBJ, NEWOBJ_EX). */
typedef enum mp_any_how {
    MP_ANY_REDUCE = 1, /**< callable(*args) */
    MP_ANY_NEWOBJ,     /**< callable.__new__(callable, *args) */
    MP_ANY_NEWOBJ_EX   /**< callable.__new__(callable, *args, **kwargs) */
} mp_any_how_t;

/** What is done to an object then, in this order. */
typedef enum mp_any_step {
    MP_ANY_BUILD = 1, /**< __setstate__(value), or into its __dict__ */
    MP_ANY_APPENDS,   /**< each item of a list is appended */
    MP_ANY_SETITEMS,  /**< of a list, by turns a key and a value: object[k] = v
                       */
    MP_ANY_ADDITEMS   /**< each item of a list is added */
} mp_any_step_t;

/** A size that means: up to the NUL. */
#define MP_ANY_WHOLE ((size_t) -1)

MP_BEGIN_DECLS

/* ---- making values ---- */

/**
 * None, a truth, a number.
 *
 * @return 0; MP_ENOMEM.
 * Ownership: the caller's, as all that is made here.
 * Python: None, bool, int, float
 */
MP_API int mp_any_none(mp_any_t **out);
MP_API int mp_any_bool(mp_any_t **out, bool truth);
MP_API int mp_any_int(mp_any_t **out, int64_t integer);
MP_API int mp_any_uint(mp_any_t **out, uint64_t integer);
MP_API int mp_any_float(mp_any_t **out, double number);

/**
 * An integer of any size, from its bytes (little-endian, two's complement), or
 * from decimal digits with a sign or none.
 *
 * @return 0; MP_EINVAL no number; MP_EMSGSIZE more than the 4300 digits that
 *         Python converts, too; MP_ENOMEM.
 * Python: int.from_bytes(bytes, "little", signed=True), int(text)
 */
MP_API int mp_any_int_bytes(mp_any_t **out, const void *bytes, size_t size);
MP_API int mp_any_int_text(mp_any_t **out, const char *digits);

/**
 * A text, in UTF-8. Half of a UTF-16 pair, which a str of Python's may have, is
 * its three bytes (Python: the error handler "surrogatepass").
 *
 * @param size in bytes, or MP_ANY_WHOLE.
 * @return 0; MP_EINVAL not UTF-8; MP_ENOMEM.
 * Python: str
 */
MP_API int mp_any_text(mp_any_t **out, const char *text, size_t size);

/** Bytes, copied. Python: bytes, bytearray */
MP_API int mp_any_bytes(mp_any_t **out, const void *bytes, size_t size);
MP_API int mp_any_bytearray(mp_any_t **out, const void *bytes, size_t size);

/**
 * A list, a tuple, a set of these, empty with MP_NO_ARGS. Values may be among
 * them; the new one holds these, and the caller keeps his own references.
 *
 * @return 0; MP_EINVAL a NULL pointer, a text that is not UTF-8, a connection;
 *         MP_ERANGE an integer above INT64_MAX; MP_ETYPE an item of a set that
 *         can be none, as a list; MP_EDEPTH one that is nested too deeply;
 *         MP_ENOMEM.
 * Python: list, tuple, set, frozenset
 */
MP_API int mp_any_list(mp_any_t **out, const mp_args_t *items);
MP_API int mp_any_tuple(mp_any_t **out, const mp_args_t *items);
MP_API int mp_any_set(mp_any_t **out, const mp_args_t *items);
MP_API int mp_any_frozenset(mp_any_t **out, const mp_args_t *items);

/**
 * A dict of these, by turns a key and its value.
 *
 * @return as mp_any_list(); MP_EINVAL also a key without a value.
 * Python: dict
 */
MP_API int mp_any_dict(mp_any_t **out, const mp_args_t *items);

/** A tuple of any number of values, which it holds. Python: tuple(items) */
MP_API int mp_any_tuple_of(mp_any_t **out, mp_any_t *const *items,
                           size_t count);

/**
 * A lock, an rlock, an event … of MP_SHARED_TYPES, which the value holds.
 *
 * @return 0; MP_EINVAL no such object; MP_ENOSPC, MP_ENOMEM.
 */
MP_API int mp_any_shared(mp_any_t **out, const void *object);

/* ---- holding and releasing ---- */

/** One more reference to it. @return the same value; NULL for NULL. */
MP_API mp_any_t *mp_any_hold(const mp_any_t *value);

/**
 * Gives a reference back; the last one frees the value. NULL is fine.
 *
 * Threads: values that contain themselves are freed under a lock of the
 * library's, one at a time.
 */
MP_API void mp_any_destroy(mp_any_t *value);

/* ---- reading values ---- */

/** What it is: an mp_any_type_t, or MP_EINVAL for NULL. Python: type(value) */
MP_API int mp_any_type(const mp_any_t *value);
MP_API bool mp_any_is_none(const mp_any_t *value);

/**
 * A value of one type. An int also serves where a float is asked for, and a
 * bytearray where bytes are.
 *
 * Text and bytes have a NUL behind them, and live as long as the value is
 * unchanged; `size` may be NULL.
 *
 * @return 0; MP_ETYPE of another type; MP_ERANGE an integer that does not fit;
 *         MP_EINVAL a NULL pointer. *out is then left as it was.
 */
MP_API int mp_any_get_bool(const mp_any_t *value, bool *out);
MP_API int mp_any_get_int(const mp_any_t *value, int64_t *out);
MP_API int mp_any_get_uint(const mp_any_t *value, uint64_t *out);
MP_API int mp_any_get_float(const mp_any_t *value, double *out);
MP_API int mp_any_get_text(const mp_any_t *value, const char **out,
                           size_t *size);
MP_API int mp_any_get_bytes(const mp_any_t *value, const void **out,
                            size_t *size);

/**
 * An integer as `size` bytes, little-endian, two's complement.
 *
 * @param length receives the fewest bytes that it needs; may be NULL.
 * @return 0; MP_EMSGSIZE it needs more than `size`; MP_ETYPE, MP_EINVAL.
 * Python: value.to_bytes(size, "little", signed=True)
 */
MP_API int mp_any_get_int_bytes(const mp_any_t *value, void *bytes, size_t size,
                                size_t *length);

/** Whether a text is UTF-8 without halves of pairs. */
MP_API bool mp_any_is_utf8(const mp_any_t *value);

/**
 * A shared object: mp_any_get_lock(), mp_any_get_rlock() … for each name of
 * MP_SHARED_TYPES.
 *
 * @return 0; MP_ETYPE it is none, or another one; MP_EINVAL.
 * Ownership: the value holds it; who keeps it longer holds it himself.
 */
#define MP__ANY_SHARED(name)                                                   \
    MP_API int mp_any_get_##name(const mp_any_t *value, mp_##name##_t **out);
MP_SHARED_TYPES(MP__ANY_SHARED)
#undef MP__ANY_SHARED

/**
 * The number of items; of a text that of its characters, of bytes that of
 * bytes; 0 for what has no length.
 *
 * Python: len(value)
 */
MP_API size_t mp_any_size(const mp_any_t *value);

/* ---- lists and tuples ---- */

/**
 * The item of a list or tuple.
 *
 * @return NULL if there is none, and mp_last_error() says why.
 * Ownership: borrowed. Python: value[index]
 */
MP_API mp_any_t *mp_any_item(const mp_any_t *value, size_t index);

/**
 * Changes a list, which then holds the item.
 *
 * @param item the caller keeps his own reference.
 * @return 0; MP_ETYPE no list; MP_ERANGE no such index; MP_EINVAL, MP_ENOMEM.
 * Python: append(item), insert(index, item), value[index] = item
 */
MP_API int mp_any_append(mp_any_t *list, mp_any_t *item);
MP_API int mp_any_insert(mp_any_t *list, size_t index, mp_any_t *item);
MP_API int mp_any_replace(mp_any_t *list, size_t index, mp_any_t *item);

/** Appends these. @return as mp_any_list(), mp_any_append(). */
MP_API int mp_any_extend(mp_any_t *list, const mp_args_t *items);

/**
 * Takes an item out of a list.
 *
 * @param item receives it and is the caller's; NULL: it is released.
 * @return 0; MP_ETYPE, MP_ERANGE, MP_EINVAL.
 * Python: pop(index)
 */
MP_API int mp_any_pop(mp_any_t *list, size_t index, mp_any_t **item);

/* ---- dicts and sets ---- */

/**
 * The value of a key; in a set the item that is equal to it.
 *
 * A key that is an object of Python's is equal to another one if it is made in
 * the same way of equal parts.
 *
 * @return NULL if there is none: MP_ENOENT in mp_last_error(), or why not.
 * Ownership: borrowed. Python: get(key)
 */
MP_API mp_any_t *mp_any_find(const mp_any_t *value, const mp_any_t *key);
MP_API mp_any_t *mp_any_find_text(const mp_any_t *dict, const char *key);

/**
 * Sets the value of a key. The dict then holds both; if it had the key, it
 * keeps that one and its place.
 *
 * @return 0; MP_ETYPE no dict, or a key that can be none, as a list; MP_EINVAL,
 *         MP_ENOMEM; MP_EDEPTH a key that is nested too deeply.
 * Python: dict[key] = value
 */
MP_API int mp_any_set_item(mp_any_t *dict, mp_any_t *key, mp_any_t *value);
MP_API int mp_any_set_text(mp_any_t *dict, const char *key, mp_any_t *value);

/** Adds an item to a set. @return as mp_any_set_item(). Python: add(item) */
MP_API int mp_any_add(mp_any_t *set, mp_any_t *item);

/**
 * Removes a key with its value, or an item of a set.
 *
 * @return 0; MP_ENOENT it is not there; MP_ETYPE, MP_EINVAL, MP_EDEPTH.
 * Python: del dict[key], remove(item)
 */
MP_API int mp_any_remove(mp_any_t *value, const mp_any_t *key);

/** Removes all of a list, dict or set. Python: clear() */
MP_API int mp_any_clear(mp_any_t *value);

/**
 * Goes through a list, tuple, dict or set, in order.
 *
 * @param position 0 before the first; the call moves it on.
 * @param key   the key, or the item; may be NULL.
 * @param item  the value, or the item again; may be NULL.
 * @return whether there was one more. While it goes on, an item may be
 *         replaced, and nothing added or removed.
 * Ownership: borrowed. Python: for key, item in dict.items()
 */
MP_API bool mp_any_next(const mp_any_t *value, size_t *position, mp_any_t **key,
                        mp_any_t **item);

/* ---- comparing and printing ---- */

/**
 * Whether they are equal, as in Python: 1, 1.0 and True are; a list and a tuple
 * are not. Objects are if they are made in the same way of equal parts.
 *
 * @return 1 or 0; MP_EDEPTH they are nested too deeply (256 levels) or contain
 *         themselves; MP_EMSGSIZE too many comparisons (2^26); MP_EINVAL.
 * Python: a == b
 */
MP_API int mp_any_equal(const mp_any_t *a, const mp_any_t *b);

/**
 * Which one comes first: numbers by their exact value, texts by their
 * characters, bytes, lists and tuples item by item.
 *
 * @param order receives a number below, equal to or above 0.
 * @return 0; MP_ETYPE they have no order, as a NaN has none; else as
 *         mp_any_equal().
 * Python: a < b, a > b
 */
MP_API int mp_any_compare(const mp_any_t *a, const mp_any_t *b, int *order);

/**
 * A number that is the same for values that are equal. It differs from process
 * to process.
 *
 * @return 0; MP_ETYPE a list, dict, set or bytearray, or what contains one;
 *         MP_EDEPTH, MP_EINVAL; MP_ESYSTEM no random number.
 * Python: hash(value)
 */
MP_API int mp_any_hash(const mp_any_t *value, uint64_t *hash);

/**
 * The value as text, as Python writes it. Objects of Python's are written as
 * <module.name(arguments) state>.
 *
 * @param text receives it, UTF-8; freed with mp_free().
 * @return 0; MP_EDEPTH nested deeper than 256 levels; MP_EMSGSIZE an integer of
 *         more than 4300 digits (Python: ValueError), or a text above 256 MiB;
 *         MP_EINVAL, MP_ENOMEM.
 * Python: repr(value)
 */
MP_API int mp_any_repr(const mp_any_t *value, char **text);

/* ---- Python's objects ---- */

/**
 * A class or function of Python's, by its module and qualified name.
 *
 * @return 0; MP_EINVAL an empty name, or no UTF-8; MP_ENOMEM.
 * Python: module.name
 */
MP_API int mp_any_global(mp_any_t **out, const char *module, const char *name);

/**
 * What module.name(*args) returns, when Python loads it.
 *
 * @return as mp_any_global(), mp_any_list().
 * Python: KeyError("key")
 */
MP_API int mp_any_object(mp_any_t **out, const char *module, const char *name,
                         const mp_args_t *args);

/**
 * The same of values, and in other ways. The object holds them.
 *
 * @param callable a global or an object.
 * @param args     a tuple.
 * @param kwargs   a dict for MP_ANY_NEWOBJ_EX, else NULL.
 * @return 0; MP_ETYPE; MP_EINVAL, MP_ENOMEM.
 */
MP_API int mp_any_object_of(mp_any_t **out, mp_any_how_t how,
                            mp_any_t *callable, mp_any_t *args,
                            mp_any_t *kwargs);

/**
 * What is done to an object next when it is loaded. The object holds the value.
 *
 * @param value a list, but for MP_ANY_BUILD.
 * @return 0; MP_ETYPE; MP_EINVAL, MP_ENOMEM.
 */
MP_API int mp_any_object_add(mp_any_t *object, mp_any_step_t step,
                             mp_any_t *value);

/**
 * Module and name of a global, or of an object's callable.
 *
 * @return NULL if it is neither, or its callable is no global.
 * Ownership: the value's.
 */
MP_API const char *mp_any_object_module(const mp_any_t *value);
MP_API const char *mp_any_object_name(const mp_any_t *value);

/**
 * Parts of an object: an mp_any_how_t, its callable, arguments, keyword
 * arguments, and the value of its first MP_ANY_BUILD.
 *
 * @return 0 or NULL if it has none.
 * Ownership: borrowed.
 */
MP_API int mp_any_object_how(const mp_any_t *value);
MP_API mp_any_t *mp_any_object_callable(const mp_any_t *value);
MP_API mp_any_t *mp_any_object_args(const mp_any_t *value);
MP_API mp_any_t *mp_any_object_kwargs(const mp_any_t *value);
MP_API mp_any_t *mp_any_object_state(const mp_any_t *value);

/**
 * The steps of an object.
 *
 * @param value receives what the step is done with; may be NULL; borrowed.
 * @return an mp_any_step_t, or MP_ERANGE there is no step `index`.
 */
MP_API size_t mp_any_object_steps(const mp_any_t *object);
MP_API int mp_any_object_step(const mp_any_t *object, size_t index,
                              mp_any_t **value);

MP_END_DECLS

#endif
