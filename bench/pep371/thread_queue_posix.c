// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L

#include "bench/pep371/thread_queue.h"

#include <pthread.h>
#include <stdlib.h>

#include "bench/pep371/ring.h"

struct pep_thread_queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    bool stopped;
    pep_ring_t ring;
};

pep_thread_queue_t *pep_thread_queue_create(void)
{
    pep_thread_queue_t *queue = calloc(1, sizeof(*queue));

    if (queue == NULL) {
        return NULL;
    }
    if (pthread_mutex_init(&queue->mutex, NULL) != 0) {
        free(queue);
        return NULL;
    }
    if (pthread_cond_init(&queue->filled, NULL) != 0) {
        (void) pthread_mutex_destroy(&queue->mutex);
        free(queue);
        return NULL;
    }
    return queue;
}

void pep_thread_queue_destroy(pep_thread_queue_t *queue)
{
    if (queue == NULL) {
        return;
    }
    (void) pthread_cond_destroy(&queue->filled);
    (void) pthread_mutex_destroy(&queue->mutex);
    pep_ring_destroy(&queue->ring);
    free(queue);
}

// Locking and telling cannot fail with a plain mutex. Whoever is told finds the
// mutex free, which is the faster order.
bool pep_thread_queue_put(pep_thread_queue_t *queue, int64_t item)
{
    (void) pthread_mutex_lock(&queue->mutex);
    bool put = pep_ring_put(&queue->ring, item);
    (void) pthread_mutex_unlock(&queue->mutex);
    (void) pthread_cond_signal(&queue->filled);
    return put;
}

bool pep_thread_queue_get(pep_thread_queue_t *queue, int64_t *item)
{
    (void) pthread_mutex_lock(&queue->mutex);
    while (queue->ring.count == 0 && !queue->stopped) {
        (void) pthread_cond_wait(&queue->filled, &queue->mutex);
    }
    bool got = queue->ring.count > 0;
    if (got) {
        *item = pep_ring_get(&queue->ring);
    }
    (void) pthread_mutex_unlock(&queue->mutex);
    return got;
}

void pep_thread_queue_stop(pep_thread_queue_t *queue)
{
    (void) pthread_mutex_lock(&queue->mutex);
    queue->stopped = true;
    (void) pthread_mutex_unlock(&queue->mutex);
    (void) pthread_cond_broadcast(&queue->filled);
}
