// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/functions.h"

#define FIBONACCI_COUNT 50000
#define FIBONACCI_LIMBS 543 // of 64 bits, for the last number and one more
#define FIBONACCI_LOW UINT64_C(0xf4cdb604c0dc0fe5)
#define PRIMES_BELOW 100000
#define PRIMES_SUM UINT64_C(454396537)

int empty_func(const mp_args_t *args)
{
    (void) args;
    return 0;
}
MP_TARGET(empty_func)

// Adds `other` to `sum`, both of `size` limbs; returns the size of the result.
static size_t add(uint64_t *sum, const uint64_t *other, size_t size)
{
    uint64_t carry = 0;

    for (size_t i = 0; i < size; i++) {
        uint64_t partial = sum[i] + carry;

        carry = partial < carry;
        sum[i] = partial + other[i];
        carry += sum[i] < partial;
    }
    if (carry != 0) {
        sum[size++] = carry;
    }
    return size;
}

int fibonacci(const mp_args_t *args)
{
    uint64_t numbers[2][FIBONACCI_LIMBS] = {{0}, {1}};
    uint64_t *a = numbers[0];
    uint64_t *b = numbers[1];
    size_t size = 1; // of b, which is never the smaller one

    (void) args;
    for (int i = 0; i < FIBONACCI_COUNT; i++) {
        size = add(a, b, size);
        uint64_t *sum = a; // a, b = b, a + b

        a = b;
        b = sum;
    }
    return a[0] == FIBONACCI_LOW && size == FIBONACCI_LIMBS ? 0 : 1;
}
MP_TARGET(fibonacci)

static bool is_prime(uint32_t number)
{
    for (uint32_t divisor = 2; divisor * divisor <= number; divisor++) {
        if (number % divisor == 0) {
            return false;
        }
    }
    return true;
}

int crunch_primes(const mp_args_t *args)
{
    uint64_t sum = 0;

    (void) args;
    for (uint32_t number = 2; number < PRIMES_BELOW; number++) {
        if (is_prime(number)) {
            sum += number;
        }
    }
    return sum == PRIMES_SUM ? 0 : 1;
}
MP_TARGET(crunch_primes)
