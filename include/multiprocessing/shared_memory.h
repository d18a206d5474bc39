// SPDX-License-Identifier: Apache-2.0
/**
 * @file shared_memory.h
 * Memory with a name, for programs that know nothing of each other: the same
 * object as Python's SharedMemory of that name. There is no header in it: the
 * first byte is the user's.
 *
 * @code
 *   mp_shared_memory_t *memory = NULL;
 *   mp_shared_memory_create(&memory, "image", 640 * 480, NULL);
 *   memset(mp_shared_memory_address(memory), 255, 640 * 480);
 *   ...                              // SharedMemory("image").buf in Python
 *   mp_shared_memory_unlink(memory); // removes the name
 *   mp_shared_memory_destroy(memory);
 * @endcode
 *
 * Names: any text without a slash; slashes in front of it are passed over.
 * Linux takes 255 bytes, macOS 29, Windows 260 characters (there a name may
 * begin with `Local\` or `Global\`, and a slash in front is part of it, as in
 * Python).
 *
 * Nothing is synchronised: who writes while another reads is up to them.
 */
#ifndef MP_SHARED_MEMORY_H
#define MP_SHARED_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <multiprocessing/export.h>

/** A segment of shared memory, as this process has it. */
typedef struct mp_shared_memory mp_shared_memory_t;

/** All zero is the default. */
typedef struct mp_shared_memory_options {
    /** Opening only: the memory can be read, and writing to it is a crash. */
    bool read_only;
    /**
     * Opening only: the name is the file name that a program using APR gave to
     * apr_shm_create(). Address and size are those of apr_shm_baseaddr_get()
     * and apr_shm_size_get().
     */
    bool apr;
    /**
     * Creating only: reserve no pages. Memory is taken when it is first
     * written to, and where there is none left then, the writer gets a SIGBUS.
     * No effect on macOS and Windows, which have one way only.
     */
    bool sparse;
    /** Opening only: fewer bytes than this are MP_ESTATE. 0: any number. */
    size_t least_size;
} mp_shared_memory_options_t;

MP_BEGIN_DECLS

/** mp_shared_memory_create() with the size that the caller's options have. */
MP_API int mp_shared_memory_create_sized(
    mp_shared_memory_t **out, const char *name, size_t size,
    const mp_shared_memory_options_t *options, size_t options_size);

/** mp_shared_memory_open() with the size that the caller's options have. */
MP_API int
mp_shared_memory_open_sized(mp_shared_memory_t **out, const char *name,
                            const mp_shared_memory_options_t *options,
                            size_t options_size);

/**
 * Creates memory under a new name: zeroed, for this user only (0600), and its
 * pages reserved, so that a full system is an error now and no crash later.
 *
 * @param out     receives the memory, or NULL on failure.
 * @param name    NULL: one of its own, `psm_` (`wnsm_` on Windows) and eight
 *                hexadecimal digits.
 * @param size    in bytes, above 0.
 * @param options NULL: the defaults.
 * @return 0; MP_EEXIST there is such a name; MP_EINVAL size 0, or a name that
 *         is empty, too long or has a slash inside; MP_ENOSPC more than the
 *         system has left; MP_ENOMEM no room in this process (on Windows also
 *         in the system); MP_EMFILE; MP_EACCES. No name is left behind.
 * Processes: the memory lives until its name is removed and the last process
 *            has closed it, even if its creator has ended. On Windows it ends
 *            with the last process that has it open.
 * Ownership: the caller's, released with mp_shared_memory_destroy(), which
 *            does not remove the name: see mp_shared_memory_unlink().
 * Python: SharedMemory(name, create=True, size=size)
 */
static inline int
mp_shared_memory_create(mp_shared_memory_t **out, const char *name, size_t size,
                        const mp_shared_memory_options_t *options)
{
    return mp_shared_memory_create_sized(out, name, size, options,
                                         sizeof(mp_shared_memory_options_t));
}

/**
 * Opens memory by its name, whoever created it. Opening never owns: the name
 * stays when this process ends, in whatever way.
 *
 * @return 0; MP_ENOENT no such name; MP_ESTATE it has no size yet (its creator
 *         may be at it) or fewer bytes than `least_size`; MP_EACCES another
 *         user's; MP_EINVAL as above, or a folder has the name; MP_ENOMEM;
 *         MP_EMFILE. With `apr` also MP_EPROTO what is there was not made by
 *         APR, or is damaged, and MP_ENOTSUP with `read_only`.
 * Python: SharedMemory(name, track=False)
 */
static inline int
mp_shared_memory_open(mp_shared_memory_t **out, const char *name,
                      const mp_shared_memory_options_t *options)
{
    return mp_shared_memory_open_sized(out, name, options,
                                       sizeof(mp_shared_memory_options_t));
}

/**
 * The first byte, aligned to a page (APR's: to 8 bytes).
 *
 * @return NULL once it is closed.
 * Processes: each may have it at another address; the children of a fork have
 *            it where their parent has. Whoever can write to the object can
 *            also shrink it on POSIX, and reading what was cut off is a crash.
 * Python: SharedMemory.buf
 */
MP_API void *mp_shared_memory_address(const mp_shared_memory_t *memory);

/**
 * The number of bytes: what was asked for, or that rounded up to pages where
 * the system keeps no exact size (macOS; on Windows for who opens it). 0 once
 * it is closed.
 *
 * Python: SharedMemory.size
 */
MP_API size_t mp_shared_memory_size(const mp_shared_memory_t *memory);

/**
 * The name, as it was given or made; also after closing.
 *
 * Ownership: the memory's.
 * Python: SharedMemory.name
 */
MP_API const char *mp_shared_memory_name(const mp_shared_memory_t *memory);

/**
 * Takes the memory out of this process. A second call does nothing.
 *
 * Threads: none may use the memory any more.
 * Processes: the others keep it. A forked child has the memory too, can use
 *            it, and closes it for itself only.
 * Python: SharedMemory.close()
 */
MP_API void mp_shared_memory_close(mp_shared_memory_t *memory);

/**
 * Removes the name. Who has the memory open keeps it; nobody can open it any
 * more. Works after closing, too. On Windows names end by themselves, and the
 * call does nothing but for APR's, whose file it removes if nobody has it open.
 *
 * @return 0; MP_ENOENT the name is gone already; MP_EACCES; MP_EINVAL NULL.
 * Python: SharedMemory.unlink()
 */
MP_API int mp_shared_memory_unlink(mp_shared_memory_t *memory);

/**
 * Removes a name without opening the memory, which may be damaged or empty:
 * for clearing up after a crash.
 *
 * @return as mp_shared_memory_unlink(); MP_EINVAL as for creating.
 */
MP_API int mp_shared_memory_remove(const char *name);

/** Closes it and frees what this process knows of it. NULL is fine. */
MP_API void mp_shared_memory_destroy(mp_shared_memory_t *memory);

MP_END_DECLS

#endif
