// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_SHM_BOOST_H
#define BENCH_SHM_BOOST_H

#ifdef __cplusplus
extern "C" {
#endif

// Creates, opens, maps twice, touches and removes it: 0 or -1.
int boost_named(const char *name);

#ifdef __cplusplus
}
#endif

#endif
