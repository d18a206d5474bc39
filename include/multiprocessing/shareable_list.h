// SPDX-License-Identifier: Apache-2.0
/**
 * @file shareable_list.h
 * A row of items in shared memory with a name: Python's ShareableList, in its
 * layout, for C and Python programs at once. Its length is fixed, an item may
 * change its type.
 *
 * @code
 *   mp_shareable_list_t *list = NULL;
 *   mp_shareable_list_create(&list, "state", MP_ARGS(1, 2.5, "text"), NULL);
 *   mp_shareable_list_set(list, 0, MP_INT(2));
 *   ...                       // ShareableList(name="state")[0] in Python: 2
 *   mp_shared_memory_unlink(mp_shareable_list_memory(list));
 *   mp_shareable_list_destroy(list);
 * @endcode
 *
 * What its layout cannot say is refused: bytes that end with a NUL, and texts
 * that are no UTF-8. (Python loses the NULs, and gives a text that is not ASCII
 * too small a slot.)
 *
 * Nothing is synchronised: while one program changes an item, another may see
 * half of it, as the old type and the new bytes, or MP_EPROTO. Whatever is in
 * the memory, no call reads or writes outside of it.
 */
#ifndef MP_SHAREABLE_LIST_H
#define MP_SHAREABLE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/arguments.h>
#include <multiprocessing/export.h>
#include <multiprocessing/shared_memory.h>

/** A list in shared memory, as this process has it. */
typedef struct mp_shareable_list mp_shareable_list_t;

MP_BEGIN_DECLS

/** mp_shareable_list_create() with the size of the caller's options. */
MP_API int mp_shareable_list_create_sized(
    mp_shareable_list_t **out, const char *name, const mp_args_t *items,
    const mp_shared_memory_options_t *options, size_t options_size);

/** mp_shareable_list_open() with the size of the caller's options. */
MP_API int
mp_shareable_list_open_sized(mp_shareable_list_t **out, const char *name,
                             const mp_shared_memory_options_t *options,
                             size_t options_size);

/**
 * Creates a list of these items in new shared memory. The slot of a text or of
 * bytes has room for up to 7 bytes more, rounded up to 8; that of any other
 * item has 8 bytes.
 *
 * @param items   of MP_ARGS, MP_NONE and MP_BYTES among them; copied.
 * @param options NULL: the defaults; as for mp_shared_memory_create().
 * @return 0; MP_EINVAL what the layout cannot say (see above), or a NULL
 *         pointer; MP_ERANGE an integer above INT64_MAX; MP_EMSGSIZE an item
 *         of 9,999,992 bytes or more; else as mp_shared_memory_create().
 * Processes: who opens it before this call has returned may find it empty.
 * Ownership: the caller's, released with mp_shareable_list_destroy(), which
 *            does not remove the name.
 * Python: ShareableList(sequence, name=name)
 */
static inline int
mp_shareable_list_create(mp_shareable_list_t **out, const char *name,
                         const mp_args_t *items,
                         const mp_shared_memory_options_t *options)
{
    return mp_shareable_list_create_sized(out, name, items, options,
                                          sizeof(mp_shared_memory_options_t));
}

/**
 * Opens a list by its name, whoever created it (Python 3.9 and later: the
 * layout of 3.8 was another one).
 *
 * @param options NULL: the defaults; as for mp_shared_memory_open().
 * @return 0; MP_EPROTO what is there is no such list; else as
 *         mp_shared_memory_open().
 * Python: ShareableList(name=name)
 */
static inline int
mp_shareable_list_open(mp_shareable_list_t **out, const char *name,
                       const mp_shared_memory_options_t *options)
{
    return mp_shareable_list_open_sized(out, name, options,
                                        sizeof(mp_shared_memory_options_t));
}

/** Closes the memory and frees the list. NULL is fine. */
MP_API void mp_shareable_list_destroy(mp_shareable_list_t *list);

/**
 * The memory that the list is in: for its name, for closing it and for removing
 * its name.
 *
 * Ownership: the list's.
 * Python: ShareableList.shm
 */
MP_API mp_shared_memory_t *
mp_shareable_list_memory(const mp_shareable_list_t *list);

/**
 * The number of items.
 *
 * Python: len(list)
 */
MP_API size_t mp_shareable_list_length(const mp_shareable_list_t *list);

/**
 * The most bytes that a text or bytes put at `index` may have; a buffer with
 * one byte more takes whatever is there. No item has more than 9,999,991 bytes,
 * also where the slot is larger.
 *
 * @return 0 if there is no item `index`.
 */
MP_API size_t mp_shareable_list_slot(const mp_shareable_list_t *list,
                                     size_t index);

/**
 * The type of an item.
 *
 * @return an mp_arg_type_t: MP_ARG_INT, _FLOAT, _BOOL, _TEXT, _BYTES or _NONE;
 *         MP_ERANGE there is no item `index`; MP_EPROTO what is there is none
 *         of these; MP_ESTATE the memory is closed; MP_EINVAL NULL.
 */
MP_API int mp_shareable_list_type(const mp_shareable_list_t *list,
                                  size_t index);

/**
 * An item of any type.
 *
 * @param item   receives type and value; of text and bytes the size, too, and
 *               where they are in `buffer`.
 * @param buffer receives text, with a NUL behind it, and bytes. NULL if `size`
 *               is 0.
 * @param size   its size in bytes.
 * @return 0; MP_EMSGSIZE `buffer` is too small: item->size has the number of
 *         bytes, without the NUL; else as mp_shareable_list_type().
 * Python: list[index]
 */
MP_API int mp_shareable_list_get(const mp_shareable_list_t *list, size_t index,
                                 mp_arg_t *item, void *buffer, size_t size);

/**
 * The same for one type. An int also serves where a float is asked for.
 *
 * @param length receives the number of bytes, without the NUL of a text; may be
 *               NULL for a text.
 * @return as mp_shareable_list_get(); MP_ETYPE the item is of another type.
 */
MP_API int mp_shareable_list_get_int(const mp_shareable_list_t *list,
                                     size_t index, int64_t *out);
MP_API int mp_shareable_list_get_bool(const mp_shareable_list_t *list,
                                      size_t index, bool *out);
MP_API int mp_shareable_list_get_float(const mp_shareable_list_t *list,
                                       size_t index, double *out);
MP_API int mp_shareable_list_get_text(const mp_shareable_list_t *list,
                                      size_t index, char *buffer, size_t size,
                                      size_t *length);
MP_API int mp_shareable_list_get_bytes(const mp_shareable_list_t *list,
                                       size_t index, void *buffer, size_t size,
                                       size_t *length);

/**
 * Replaces an item, by one of any type.
 *
 * @param item MP_INT(2), MP_TEXT("text"), MP_NONE and so on.
 * @return 0; MP_EMSGSIZE it is longer than mp_shareable_list_slot(), or than
 *         9,999,991 bytes; MP_EINVAL, MP_ERANGE as mp_shareable_list_create(),
 *         or there is no item `index`;
 *         MP_EACCES the list was opened `read_only`; MP_ESTATE it is closed.
 *         The item is then as it was.
 * Python: list[index] = item
 */
MP_API int mp_shareable_list_set(mp_shareable_list_t *list, size_t index,
                                 mp_arg_t item);

/**
 * How many items are equal to this one, as Python sees it: 1, 1.0 and true are
 * equal, a text and bytes never are.
 *
 * @return 0; MP_EINVAL, MP_EMSGSIZE, MP_ERANGE this can be no item; MP_EPROTO,
 *         MP_ESTATE as mp_shareable_list_type().
 * Python: list.count(item)
 */
MP_API int mp_shareable_list_count(const mp_shareable_list_t *list,
                                   mp_arg_t item, size_t *count);

/**
 * The first item that is equal to this one.
 *
 * @return 0; MP_ENOENT there is none; else as mp_shareable_list_count().
 * Python: list.index(item)
 */
MP_API int mp_shareable_list_index(const mp_shareable_list_t *list,
                                   mp_arg_t item, size_t *index);

MP_END_DECLS

#endif
