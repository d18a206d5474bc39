// SPDX-License-Identifier: Apache-2.0
/**
 * @file atomic.h
 * Atomic integers at an address in shared memory, without a call: for hot
 * loops over what mp_value_address(), mp_array_address() or mp_shared_alloc()
 * gave. They are sequentially consistent, take no lock and wait for nobody.
 *
 * @code
 *   int64_t *hits = (int64_t *) mp_array_address(array);
 *   mp_atomic_add_int64(&hits[i], 1);
 * @endcode
 *
 * For each of int32, uint32, int64 and uint64:
 *   mp_atomic_load_T(at)                what it holds
 *   mp_atomic_store_T(at, number)
 *   mp_atomic_add_T(at, amount)         adds and wraps; what it held before
 *   mp_atomic_exchange_T(at, number)    what it held before
 *   mp_atomic_compare_exchange_T(at, &expected, number)
 *       stores number if it holds `expected`: true. Else false, and `expected`
 *       is what it holds.
 */
#ifndef MP_ATOMIC_H
#define MP_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __GNUC__ /* and clang */
#define MP__ATOMIC(name, type)                                                 \
    static inline type mp_atomic_load_##name(const type *at)                   \
    {                                                                          \
        return __atomic_load_n(at, __ATOMIC_SEQ_CST);                          \
    }                                                                          \
    static inline void mp_atomic_store_##name(type *at, type number)           \
    {                                                                          \
        __atomic_store_n(at, number, __ATOMIC_SEQ_CST);                        \
    }                                                                          \
    static inline type mp_atomic_add_##name(type *at, type amount)             \
    {                                                                          \
        return __atomic_fetch_add(at, amount, __ATOMIC_SEQ_CST);               \
    }                                                                          \
    static inline type mp_atomic_exchange_##name(type *at, type number)        \
    {                                                                          \
        return __atomic_exchange_n(at, number, __ATOMIC_SEQ_CST);              \
    }                                                                          \
    static inline bool mp_atomic_compare_exchange_##name(                      \
        type *at, type *expected, type number)                                 \
    {                                                                          \
        return __atomic_compare_exchange_n(                                    \
            at, expected, number, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);  \
    }
MP__ATOMIC(int32, int32_t)
MP__ATOMIC(uint32, uint32_t)
MP__ATOMIC(int64, int64_t)
MP__ATOMIC(uint64, uint64_t)
#undef MP__ATOMIC
#endif

#endif
