// SPDX-License-Identifier: Apache-2.0
#include "bench/queue/boost.h"

#include <new>

#include <boost/interprocess/ipc/message_queue.hpp>

namespace ipc = boost::interprocess;

extern "C" void *boost_queue_make(const char *name, size_t capacity,
                                  size_t size)
{
    try {
        return new ipc::message_queue(ipc::create_only, name, capacity, size);
    } catch (...) {
        return nullptr;
    }
}

extern "C" void boost_queue_unmake(void *queue, const char *name)
{
    delete static_cast<ipc::message_queue *>(queue);
    (void) ipc::message_queue::remove(name);
}

extern "C" int boost_queue_put(void *queue, const void *bytes, size_t size)
{
    try {
        static_cast<ipc::message_queue *>(queue)->send(bytes, size, 0);
        return 0;
    } catch (...) {
        return -1;
    }
}

extern "C" int boost_queue_get(void *queue, void *bytes, size_t size)
{
    ipc::message_queue::size_type got = 0;
    unsigned priority = 0;

    try {
        static_cast<ipc::message_queue *>(queue)->receive(bytes, size, got,
                                                          priority);
        return got == size ? 0 : -1;
    } catch (...) {
        return -1;
    }
}
