// SPDX-License-Identifier: Apache-2.0
#include "bench/shm/boost.h"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>

#include "bench/shm/touch.h"

namespace bi = boost::interprocess;

static void share(const char *name)
{
    bi::shared_memory_object mine(bi::create_only, name, bi::read_write);
    mine.truncate(static_cast<bi::offset_t>(SEGMENT_SIZE));
    bi::mapped_region my_region(mine, bi::read_write);
    bi::shared_memory_object theirs(bi::open_only, name, bi::read_write);
    bi::mapped_region their_region(theirs, bi::read_write);

    touch(their_region.get_address());
}

int boost_named(const char *name)
{
    try {
        share(name);
    } catch (const bi::interprocess_exception &) {
        return -1;
    }
    return bi::shared_memory_object::remove(name) ? 0 : -1;
}
