// SPDX-License-Identifier: Apache-2.0
/**
 * @file queue.h
 * Queues of messages between any number of processes and threads.
 *
 * @code
 *   mp_queue_t *queue = NULL;
 *   mp_queue_create(&queue, 100, NULL);
 *   mp_process_create(&p, work, MP_ARGS(queue), NULL);
 *   …
 *   mp_queue_put(queue, value, MP_FOREVER);             // a value
 *   mp_queue_put_bytes(queue, "hello", 5, MP_FOREVER);  // or bytes
 *   …
 *   mp_queue_t *queue = mp_args_queue(args, 0);
 *   mp_queue_get(queue, &value, MP_FOREVER);
 * @endcode
 *
 * Messages lie in the memory that the family shares: nothing is kept in a
 * process, no thread feeds anything, and a process that has put may end at
 * once. What one thread puts comes out in that order; messages of others may
 * come in between.
 *
 * Whoever is killed, at whatever instruction, costs no more than the message
 * that it was putting or getting at that moment: the others go on within a
 * second. A process that is only stopped counts as alive: one that is stopped
 * in the middle of a put keeps what comes behind it waiting.
 *
 * The same object is Python's Queue, SimpleQueue and, with `.joinable`,
 * JoinableQueue.
 */
#ifndef MP_QUEUE_H
#define MP_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <multiprocessing/any.h>
#include <multiprocessing/export.h>

/** A queue. Python: multiprocessing.Queue, SimpleQueue, JoinableQueue */
typedef struct mp_queue mp_queue_t;

/** How many messages one call of mp_queue_put_many() puts at most; a longer
 * row is put by several. */
#define MP_QUEUE_BATCH 128

/** Options of mp_queue_create(). All zero is the default. */
typedef struct mp_queue_options {
    /** Bytes: messages of up to so many lie in the queue itself, of which each
     * place has room for one; a longer one takes a block of shared memory of
     * its own. 0: 120. At most 64 KiB. A queue with a maxsize and up to 120
     * bytes takes them twice: rows of messages lie apart from single ones. */
    size_t message_size;
    /** Bytes: the most that the messages in it have together; 0: no limit. What
     * is more waits until there is room, as where maxsize is reached. Such a
     * queue puts messages of a row one by one. */
    uint64_t max_bytes;
    /** Instead of waiting for room within max_bytes, putting is MP_ENOSPC. */
    bool fail_at_max_bytes;
    /** mp_queue_task_done() and mp_queue_join() count tasks. Such a queue takes
     * 32 KiB more. */
    bool joinable;
    /** A message that a process was getting, or had peeked at and not released,
     * when it died, comes once more, as soon as that is noticed. So a message
     * may be seen twice, but none is lost by the death of who gets. */
    bool at_least_once;
    /** Where no other living process holds the queue, what would wait for one
     * is MP_EEOF instead, also with a timeout of 0. Threads of the same process
     * do not count as others; every process that was forked since the queue was
     * made does, as it may have its address. */
    bool end_with_others;
} mp_queue_options_t;

/** A message in shared memory, to be written or read in place. */
typedef struct mp_queue_message {
    void *bytes; /**< aligned to 8; of a reserved one to 64 */
    size_t size; /**< in bytes */
    uint64_t inside[2];
} mp_queue_message_t;

/** Bytes of a row of messages, for mp_queue_put_many(). */
typedef struct mp_queue_bytes {
    const void *bytes;
    size_t size;
} mp_queue_bytes_t;

MP_BEGIN_DECLS

/** mp_queue_create() with the size of the caller's options struct. */
MP_API int mp_queue_create_sized(mp_queue_t **out, size_t maxsize,
                                 const mp_queue_options_t *options,
                                 size_t options_size);

/**
 * Makes a queue.
 *
 * @param out     receives the queue, or NULL on failure.
 * @param maxsize the most messages in it, whose places are made at once; 0: as
 *        many as there is memory for, which is taken as they come and given
 *        back.
 * @param options NULL: the defaults; copied.
 * @return 0; MP_ERANGE more than 2^24 messages or too large ones; MP_ENOSPC no
 *         more memory to share; else as mp_lock_create().
 * Ownership: the caller's, released with mp_queue_destroy().
 * Inherits: a child that is forked later has it under the same address; others
 *           get it as an argument, or in a value.
 * Python: multiprocessing.Queue(maxsize), SimpleQueue()
 */
static inline int mp_queue_create(mp_queue_t **out, size_t maxsize,
                                  const mp_queue_options_t *options)
{
    return mp_queue_create_sized(out, maxsize, options,
                                 sizeof(mp_queue_options_t));
}

/** One whose tasks are counted. Python: JoinableQueue(maxsize) */
MP_API int mp_joinable_queue_create(mp_queue_t **out, size_t maxsize);

/** As mp_lock_destroy(). What is left in a queue that nobody holds any more
 * goes with it. */
MP_API void mp_queue_destroy(mp_queue_t *queue);

/** As mp_lock_hold(). */
MP_API int mp_queue_hold(mp_queue_t *queue);

/**
 * Puts a value, in Python's encoding: it is encoded here, so what cannot be is
 * this call's error. Shared objects in it, also queues, are held by the message
 * until somebody has read it; if it is lost, until the queue goes. So a queue
 * in a message of its own, or two in messages of each other, are there until
 * the message is got. Where messages come again, such an object may be gone.
 *
 * @param timeout_ms milliseconds to wait for a free place; MP_FOREVER.
 * @return 0; MP_EFULL no place became free; MP_ESHUTDOWN the queue was shut
 *         down; MP_ESTATE this process has closed it; MP_ENOSPC no more memory
 *         to share, or see `.fail_at_max_bytes`; MP_EMSGSIZE longer than
 *         `.max_bytes`, or as mp_dumps(); MP_EEOF see `.end_with_others`;
 *         MP_EACCES, MP_EDEPTH as mp_dumps(); MP_EINVAL; MP_ENOMEM, MP_EMFILE,
 *         MP_ENPROC.
 * Blocks: up to timeout_ms.
 * Python: Queue.put(obj, block, timeout)
 */
MP_API int mp_queue_put(mp_queue_t *queue, const mp_any_t *value,
                        int64_t timeout_ms);

/**
 * Gets a value.
 *
 * @param out receives it, or NULL.
 * @return 0; MP_EEMPTY nothing came; MP_ESHUTDOWN the queue was shut down and
 *         is drained; MP_ESTATE this process has closed it; MP_EEOF see
 *         `.end_with_others`; MP_EPROTO, MP_ENOTSUP, MP_EDEPTH, MP_EMSGSIZE,
 *         MP_ENOENT, MP_ENOMEM the message is no value, or there is no memory
 *         for it: it is gone then; MP_EINVAL; MP_ENPROC.
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, released with mp_any_destroy().
 * Python: Queue.get(block, timeout)
 */
MP_API int mp_queue_get(mp_queue_t *queue, mp_any_t **out, int64_t timeout_ms);

/** Without waiting. Python: Queue.put_nowait(obj), get_nowait() */
static inline int mp_queue_put_nowait(mp_queue_t *queue, const mp_any_t *value)
{
    return mp_queue_put(queue, value, 0);
}

static inline int mp_queue_get_nowait(mp_queue_t *queue, mp_any_t **out)
{
    return mp_queue_get(queue, out, 0);
}

/**
 * Puts bytes as they are.
 *
 * @param bytes the message; NULL if it has no bytes.
 * @param size number of bytes, 0 and more.
 * @return as mp_queue_put().
 * Blocks: up to timeout_ms.
 * Python: –
 */
MP_API int mp_queue_put_bytes(mp_queue_t *queue, const void *bytes, size_t size,
                              int64_t timeout_ms);

/**
 * Gets bytes into a buffer.
 *
 * @param capacity bytes that the buffer has room for.
 * @param size receives the message's length in bytes.
 * @return as mp_queue_get(); MP_EMSGSIZE it is longer than the buffer: *size
 *         says how long, and it stays the next message.
 * Blocks: up to timeout_ms.
 */
MP_API int mp_queue_get_bytes(mp_queue_t *queue, void *buffer, size_t capacity,
                              size_t *size, int64_t timeout_ms);

/**
 * Gets bytes into new memory.
 *
 * @param bytes receives them, with a NUL behind them that does not count.
 * @return as mp_queue_get(); MP_ENOMEM: it stays in the queue.
 * Blocks: up to timeout_ms.
 * Ownership: the caller's, freed with mp_free().
 */
MP_API int mp_queue_get_alloc(mp_queue_t *queue, void **bytes, size_t *size,
                              int64_t timeout_ms);

/**
 * Puts a row of messages. Up to MP_QUEUE_BATCH of them, as many as there are
 * places for, are put by one step: all of these are seen, or, if this process
 * is killed before, none. One that is too long for a place is put alone, as are
 * all where there are .max_bytes.
 *
 * @param done receives how many were put, in their order, also on failure.
 * @return 0 all were put; else as mp_queue_put_bytes(), with the rest not put.
 * Blocks: up to timeout_ms.
 */
MP_API int mp_queue_put_many(mp_queue_t *queue,
                             const mp_queue_bytes_t *messages, size_t count,
                             size_t *done, int64_t timeout_ms);

/**
 * mp_queue_put_many() of messages of one size that lie one behind the other, as
 * the items of fwrite() do. It is fastest where size is .message_size.
 *
 * @param items may be NULL if size or count is 0.
 * @param size  bytes of each.
 */
MP_API int mp_queue_put_array(mp_queue_t *queue, const void *items, size_t size,
                              size_t count, size_t *done, int64_t timeout_ms);

/**
 * Gets as many messages as there are, up to `count`, into one buffer, one
 * behind the other.
 *
 * @param capacity bytes that the buffer has room for.
 * @param sizes receives the length of each message in bytes: `count` of them.
 * @param done receives how many came, at least one on success.
 * @return as mp_queue_get_bytes(), if not even the first one came.
 * Blocks: up to timeout_ms, until there is one message.
 */
MP_API int mp_queue_get_many(mp_queue_t *queue, void *buffer, size_t capacity,
                             size_t *sizes, size_t count, size_t *done,
                             int64_t timeout_ms);

/**
 * Shared memory for a message that is written in place. It takes no place in
 * the queue until it is committed.
 *
 * @param message receives the memory, whose bytes are undefined.
 * @return 0; MP_ENOSPC, MP_EMFILE; MP_EINVAL; MP_ENOMEM; MP_ENPROC.
 * Ownership: the caller's until mp_queue_commit() or mp_queue_cancel(); that of
 *            a process that ends is freed.
 */
MP_API int mp_queue_reserve(mp_queue_t *queue, mp_queue_message_t *message,
                            size_t size);

/**
 * Puts a message that was written in place. Its `size` may be made smaller
 * before.
 *
 * @return as mp_queue_put(); after a failure it is still the caller's.
 * Blocks: up to timeout_ms.
 */
MP_API int mp_queue_commit(mp_queue_t *queue, mp_queue_message_t *message,
                           int64_t timeout_ms);

/** Frees a message that is not to be put after all. */
MP_API void mp_queue_cancel(mp_queue_t *queue, mp_queue_message_t *message);

/**
 * Gets the next message without copying it: nobody else gets it. Until it is
 * released it keeps its place, and a queue with a maxsize is full when its
 * producers have come around to that place.
 *
 * @param message receives its bytes, which may be written to, and its size.
 * @return as mp_queue_get_bytes().
 * Blocks: up to timeout_ms.
 */
MP_API int mp_queue_peek(mp_queue_t *queue, mp_queue_message_t *message,
                         int64_t timeout_ms);

/** Lets a message that was peeked at go: by the process, and the thread of the
 * thread method, that has peeked. @return 0; MP_EINVAL it was not peeked at. */
MP_API int mp_queue_release(mp_queue_t *queue, mp_queue_message_t *message);

/**
 * A handle for the program's own event loop (epoll, libuv, GLib, …) that is
 * ready, readable on POSIX and signalled on Windows, when mp_queue_get() would
 * tell anything but MP_EEMPTY: there is a message, the queue is shut down, this
 * process has closed it, or see `.end_with_others`.
 *
 * It stays ready until a get of this process, by any of these calls, is
 * MP_EEMPTY, and no message is missed by that: so when it is ready, get with a
 * timeout of 0 until MP_EEMPTY, or any other failure. Where others get from the
 * same queue the first one may be MP_EEMPTY. After another failure than that
 * it stays ready: the loop should watch it no more.
 *
 * @code
 *   mp_queue_fileno(queue, &handle);
 *   … // the event loop says that the handle is ready
 *   while ((r = mp_queue_get(queue, &value, 0)) == 0) {
 *       use(value);
 *   }
 *   if (r != MP_EEMPTY) {
 *       … // the last of it
 *   }
 * @endcode
 *
 * The first call for a queue starts a thread of the library's own, which looks
 * at the queue ten times a second while nothing comes; others who put and get
 * need nothing for it.
 *
 * @param handle receives a descriptor, on Windows a HANDLE: the same each time.
 * @return 0; MP_EINVAL NULL; MP_ESTATE this process has closed the queue;
 *         MP_EMFILE, MP_ENPROC, MP_ENOMEM.
 * Ownership: the library's; do not read from it, do not close it. Valid until
 *            this process destroys its last hold on the queue: the event loop
 *            must let go of it before.
 * Processes: a forked child has none of it, and asks for one of its own.
 * Threads: any number may wait for it, and call this.
 * Python: Queue._reader, of those that have one
 */
MP_API int mp_queue_fileno(mp_queue_t *queue, intptr_t *handle);

/**
 * How many messages are in it, with those that are being put right now.
 * Exact where nobody puts or gets meanwhile, on every system. 0 of NULL.
 * Python: Queue.qsize()
 */
MP_API size_t mp_queue_qsize(const mp_queue_t *queue);
/** Python: Queue.empty(). True of NULL. */
MP_API bool mp_queue_empty(const mp_queue_t *queue);
/** Python: Queue.full(). False where there is no maxsize. */
MP_API bool mp_queue_full(const mp_queue_t *queue);
/** Its maxsize; 0: it has none. */
MP_API size_t mp_queue_maxsize(const mp_queue_t *queue);

/**
 * This process neither puts nor gets any more: MP_ESTATE. Others do.
 *
 * @return 0, also if it was closed already; MP_EINVAL; MP_ENOMEM.
 * Processes: forked children inherit it.
 * Python: Queue.close()
 */
MP_API int mp_queue_close(mp_queue_t *queue);

/**
 * For the name: nothing waits in this process, so there is nothing to join.
 * @return 0; MP_ESTATE the queue is not closed here; MP_EINVAL.
 * Python: Queue.join_thread(), cancel_join_thread()
 */
MP_API int mp_queue_join_thread(mp_queue_t *queue);
MP_API int mp_queue_cancel_join_thread(mp_queue_t *queue);

/**
 * Nobody puts any more, in no process: MP_ESHUTDOWN. Those who wait to put are
 * told so, and those who get when the queue is drained.
 *
 * @param immediate what is in the queue is dropped, and those who get are told
 *        at once. mp_queue_join() then waits only for tasks that were taken.
 * @return 0, also if it was shut down already; MP_EINVAL; MP_ENPROC, MP_ENOMEM.
 * Python: queue.Queue.shutdown(immediate), of threads, since 3.13
 */
MP_API int mp_queue_shutdown(mp_queue_t *queue, bool immediate);

/**
 * A task that was got is done.
 *
 * @return 0; MP_EINVAL there were not that many tasks; MP_ESTATE the queue is
 *         not joinable.
 * Processes: any; first a task that this process got counts as done.
 * Python: JoinableQueue.task_done()
 */
MP_API int mp_queue_task_done(mp_queue_t *queue);

/**
 * Waits until every message that was put has been got and its task is done.
 *
 * @return 0; MP_OWNERDIED the same, but tasks died with the process that had
 *         got them, and will never be done: told to the first who asks;
 * MP_ETIMEDOUT; MP_ESTATE the queue is not joinable; MP_EINVAL; MP_ENPROC,
 * MP_ENOMEM. Blocks: up to timeout_ms. Python: JoinableQueue.join()
 */
MP_API int mp_queue_join(mp_queue_t *queue, int64_t timeout_ms);

/** How many tasks were put and are not done; 0 of NULL. */
MP_API size_t mp_queue_unfinished(const mp_queue_t *queue);

MP_END_DECLS

#endif
