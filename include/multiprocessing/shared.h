// SPDX-License-Identifier: Apache-2.0
/**
 * @file shared.h
 * Memory of the family for structs of your own: blocks, offsets that mean the
 * same in every process, and locks that lie in your structs.
 *
 * @code
 *   struct list {
 *       mp_raw_lock_t lock;
 *       mp_offset_t first; // of a struct item
 *   };
 *   struct item {
 *       mp_offset_t next;
 *       int number;
 *   };
 *   …
 *   void *memory = NULL;
 *   mp_shared_alloc(&memory, sizeof(struct item));
 *   struct item *item = memory;
 *   mp_raw_lock_acquire(&list->lock, MP_FOREVER);
 *   item->next = list->first;
 *   list->first = mp_shared_offset(item);
 *   mp_raw_lock_release(&list->lock);
 * @endcode
 *
 * A pointer means something in the process only that has it, and in those that
 * are forked from it later. So write offsets into shared memory, not pointers.
 * A block that was made after a child was started is there for the child, too:
 * all it needs is its offset.
 */
#ifndef MP_SHARED_H
#define MP_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/export.h>

/** A place in the memory of the family; 0 is none. */
typedef uint64_t mp_offset_t;

/**
 * A lock inside of your struct, which lies in the memory of the family: in a
 * block, a Value or an Array. All zero is free, so it needs no making, and no
 * end. Do not copy it.
 */
typedef struct mp_raw_lock {
    uint32_t mp__word;
    uint32_t mp__unused;
} mp_raw_lock_t;

/** What is known of the memory of the family. All in bytes. */
typedef struct mp_shared_figures {
    uint64_t size;  /**< the most that there can be, set by the first process */
    uint64_t taken; /**< from the system; it is kept for the next blocks */
    uint64_t in_use; /**< of that, in use; in steps of 4096 */
} mp_shared_figures_t;

MP_BEGIN_DECLS

/**
 * Makes a block of memory that the family shares, all zero.
 *
 * @param out receives its address, a multiple of 64; NULL on failure.
 * @param size in bytes; 0 is a block with room for nothing.
 * @return 0; MP_ENOSPC there is no more memory to share; MP_ENOMEM; MP_EMFILE;
 *         MP_ENPROC the family has 4096 processes already; MP_EINVAL.
 * Ownership: this process holds the block, until mp_shared_free(). The block
 *            goes with the last hold, and with the end of the last process
 *            that has one, however it ends; children that were forked since it
 *            was made hold it as long as they live.
 * Python: multiprocessing.heap.BufferWrapper(size)
 */
MP_API int mp_shared_alloc(void **out, size_t size);

/**
 * The same without making it zero, which a large block takes time for: what it
 * holds is what blocks of this family held before.
 */
MP_API int mp_shared_alloc_uncleared(void **out, size_t size);

/**
 * One more hold of this process on a block, however it came to its address:
 * the block stays until it is freed once more.
 *
 * @param memory what mp_shared_alloc() gave, in whatever process: not an
 *        address inside of it. The block must be there: somebody holds it.
 * @return 0; MP_EINVAL it is no such block; MP_ENOSPC, MP_ENOMEM, MP_ENPROC.
 */
MP_API int mp_shared_hold(void *memory);

/**
 * Releases a hold of this process. NULL is fine; where this process has no
 * hold nothing happens.
 *
 * @return 0; MP_EINVAL it is no such block.
 */
MP_API int mp_shared_free(void *memory);

/**
 * The offset of an address in the memory of the family, also inside of a block,
 * a Value or an Array; 0 for NULL. It is not checked.
 */
MP_API mp_offset_t mp_shared_offset(const void *address);

/** The address of an offset in this process; NULL for 0. It is not checked. */
MP_API void *mp_shared_pointer(mp_offset_t offset);

/**
 * The same for addresses and offsets that may be wrong.
 *
 * @param size how many bytes there must be, from there on, in the memory of the
 *        family. That they are those of a block that is still there is not
 *        known.
 * @return 0; MP_ERANGE they are not in it, and *out is left as it was;
 *         MP_EINVAL no place for the result; else as mp_shared_alloc().
 */
MP_API int mp_shared_get_offset(const void *address, size_t size,
                                mp_offset_t *out);
MP_API int mp_shared_get_pointer(mp_offset_t offset, size_t size, void **out);

/**
 * How much memory the family has, and uses.
 *
 * @return 0; MP_EINVAL; else as mp_shared_alloc().
 * Blocks: for moments; it looks at every part of the memory.
 */
MP_API int mp_shared_usage(mp_shared_figures_t *out);

/**
 * Acquires a lock in a struct of yours.
 *
 * @param timeout_ms milliseconds; 0: only try; MP_FOREVER. Time is monotonic.
 * @return 0 acquired; MP_OWNERDIED acquired, but the last holder ended while
 *         it held the lock; MP_ETIMEDOUT; MP_EINVAL NULL, or the lock is held
 *         and does not lie in the memory of the family; else as
 *         mp_lock_acquire().
 * Blocks: up to timeout_ms.
 */
MP_API int mp_raw_lock_acquire(mp_raw_lock_t *lock, int64_t timeout_ms);

/**
 * Releases it, whoever acquired it.
 *
 * @return 0; MP_ESTATE it is not locked; MP_EINVAL NULL.
 */
MP_API int mp_raw_lock_release(mp_raw_lock_t *lock);

/** Whether somebody holds it; true also of a holder that died. */
MP_API bool mp_raw_lock_locked(const mp_raw_lock_t *lock);

MP_END_DECLS

#endif
