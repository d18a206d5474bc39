// SPDX-License-Identifier: Apache-2.0
/**
 * @file export.h
 * What every header needs: how the library's symbols are visible, small
 * compiler helpers, and the timeout that never ends.
 */
#ifndef MP_EXPORT_H
#define MP_EXPORT_H

#include <stdint.h>

/** A timeout that never ends. Others are milliseconds; below 0 they count as 0.
 */
#define MP_FOREVER ((int64_t) -1)

#if defined(_WIN32) && !defined(MP_STATIC)
#ifdef MP_BUILDING
#define MP_API __declspec(dllexport)
#else
#define MP_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define MP_API __attribute__((visibility("default")))
#else
#define MP_API
#endif

// What a user's own shared library exports.
#ifdef _WIN32
#define MP_EXPORT __declspec(dllexport)
#elif defined(__GNUC__)
#define MP_EXPORT __attribute__((visibility("default")))
#else
#define MP_EXPORT
#endif

#ifdef __GNUC__
#define MP_NORETURN __attribute__((noreturn))
#if defined(__MINGW32__) && !defined(__clang__)
#define MP_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#else
#define MP_PRINTF(text, first) __attribute__((format(printf, text, first)))
#endif
#else
#define MP_NORETURN
#define MP_PRINTF(text, first)
#endif

#ifdef __cplusplus
#define MP_BEGIN_DECLS extern "C" {
#define MP_END_DECLS }
#else
#define MP_BEGIN_DECLS
#define MP_END_DECLS
#endif

#endif
