// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/thread_queue.h"

#include <stdlib.h>
#include <windows.h>

#include "bench/pep371/ring.h"

// Neither the lock nor the condition has anything to be released.
struct pep_thread_queue {
    SRWLOCK lock;
    CONDITION_VARIABLE filled;
    bool stopped;
    pep_ring_t ring;
};

pep_thread_queue_t *pep_thread_queue_create(void)
{
    pep_thread_queue_t *queue = calloc(1, sizeof(*queue));

    if (queue == NULL) {
        return NULL;
    }
    InitializeSRWLock(&queue->lock);
    InitializeConditionVariable(&queue->filled);
    return queue;
}

void pep_thread_queue_destroy(pep_thread_queue_t *queue)
{
    if (queue == NULL) {
        return;
    }
    pep_ring_destroy(&queue->ring);
    free(queue);
}

bool pep_thread_queue_put(pep_thread_queue_t *queue, int64_t item)
{
    AcquireSRWLockExclusive(&queue->lock);
    bool put = pep_ring_put(&queue->ring, item);
    ReleaseSRWLockExclusive(&queue->lock);
    WakeConditionVariable(&queue->filled);
    return put;
}

bool pep_thread_queue_get(pep_thread_queue_t *queue, int64_t *item)
{
    AcquireSRWLockExclusive(&queue->lock);
    while (queue->ring.count == 0 && !queue->stopped) {
        (void) SleepConditionVariableSRW(&queue->filled, &queue->lock, INFINITE,
                                         0);
    }
    bool got = queue->ring.count > 0;
    if (got) {
        *item = pep_ring_get(&queue->ring);
    }
    ReleaseSRWLockExclusive(&queue->lock);
    return got;
}

void pep_thread_queue_stop(pep_thread_queue_t *queue)
{
    AcquireSRWLockExclusive(&queue->lock);
    queue->stopped = true;
    ReleaseSRWLockExclusive(&queue->lock);
    WakeAllConditionVariable(&queue->filled);
}
