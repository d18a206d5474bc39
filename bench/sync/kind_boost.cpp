// SPDX-License-Identifier: Apache-2.0
// Boost.Interprocess: its locks throw where they fail, which ends the program.
#include <new>

#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/interprocess_semaphore.hpp>

#include "bench/sync/kind.h"

namespace
{

using boost::interprocess::interprocess_mutex;
using boost::interprocess::interprocess_semaphore;

static_assert(sizeof(interprocess_mutex) <= PLACE_ROOM, "room for a mutex");
static_assert(sizeof(interprocess_semaphore) <= PLACE_ROOM, "room for it");

KIND_INLINE int mutex_take(void *at)
{
    static_cast<interprocess_mutex *>(at)->lock();
    return 0;
}

KIND_INLINE int mutex_give(void *at)
{
    static_cast<interprocess_mutex *>(at)->unlock();
    return 0;
}

KIND_LOOPS(mutex, mutex_take, mutex_give)

int mutex_make(struct place *place)
{
    place->at = new (place->room) interprocess_mutex;
    return 0;
}

void mutex_unmake(struct place *place)
{
    static_cast<interprocess_mutex *>(place->at)->~interprocess_mutex();
}

KIND_INLINE int semaphore_take(void *at)
{
    static_cast<interprocess_semaphore *>(at)->wait();
    return 0;
}

KIND_INLINE int semaphore_give(void *at)
{
    static_cast<interprocess_semaphore *>(at)->post();
    return 0;
}

KIND_LOOPS(semaphore, semaphore_take, semaphore_give)

int semaphore_make(struct place *place)
{
    place->at = new (place->room) interprocess_semaphore(1);
    return 0;
}

void semaphore_unmake(struct place *place)
{
    static_cast<interprocess_semaphore *>(place->at)->~interprocess_semaphore();
}

} // namespace

const struct kind kind_boost = {"boost",     mutex_make,  mutex_unmake,
                                mutex_alone, mutex_among, nullptr,
                                nullptr};
const struct kind kind_boost_semaphore = {
    "boost-semaphore", semaphore_make, semaphore_unmake, semaphore_alone,
    semaphore_among,   nullptr,        nullptr};
