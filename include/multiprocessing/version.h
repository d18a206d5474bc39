// SPDX-License-Identifier: Apache-2.0
/**
 * @file version.h
 * The version a program was compiled with, and the one it runs with.
 */
#ifndef MP_VERSION_H
#define MP_VERSION_H

#include <multiprocessing/export.h>

/** The version of these headers, as 0xMMmmpp (major, minor, patch). */
#define MP_VERSION 0x000100
#define MP_VERSION_STRING "0.1.0"

MP_BEGIN_DECLS

/**
 * The version of the library that runs, in the form of MP_VERSION.
 *
 * It differs from MP_VERSION when a program meets a shared library that is
 * newer or older than its headers.
 */
MP_API unsigned mp_version(void);

MP_END_DECLS

#endif
