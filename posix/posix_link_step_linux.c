// SPDX-License-Identifier: Apache-2.0
#include "platform/link.h"

// The kernel queues what one sendmsg() on a local socket brings as one piece up
// to 32 KiB, or not at all, and a reader takes what is queued without a break
// in which it could end.
const size_t mp_plat_link_step = 16388;
