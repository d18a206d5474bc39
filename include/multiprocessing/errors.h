// SPDX-License-Identifier: Apache-2.0
/**
 * @file errors.h
 * What calls return: a negative MP_E… code is "not done", 0 is "done", a
 * positive code is "done, with a remark". The numbers are the same on every
 * system.
 */
#ifndef MP_ERRORS_H
#define MP_ERRORS_H

#include <multiprocessing/export.h>

/** Every code: X(name, number, text, what Python raises). */
#define MP_CODES(X)                                                            \
    X(MP_EINVAL, -1, "invalid argument", "ValueError")                         \
    X(MP_ENOMEM, -2, "out of memory", "MemoryError")                           \
    X(MP_ESTATE, -3, "not possible in this state", "AssertionError")           \
    X(MP_ETIMEDOUT, -4, "timed out", "TimeoutError")                           \
    X(MP_ENOTSUP, -5, "not supported here", "NotImplementedError")             \
    X(MP_ETYPE, -6, "argument of another type", "TypeError")                   \
    X(MP_ERANGE, -7, "out of range", "OverflowError, IndexError")              \
    X(MP_ENOENT, -8, "no such file or name", "FileNotFoundError")              \
    X(MP_EACCES, -9, "permission denied", "PermissionError")                   \
    X(MP_EEXIST, -10, "exists already", "FileExistsError")                     \
    X(MP_EMFILE, -11, "out of descriptors or handles", "OSError")              \
    X(MP_ENPROC, -12, "out of processes or threads", "BlockingIOError")        \
    X(MP_ENOSPC, -13, "out of space", "OSError")                               \
    X(MP_EEOF, -14, "the other side is closed", "EOFError")                    \
    X(MP_EMSGSIZE, -15, "message too long", "BufferTooShort")                  \
    X(MP_EEMPTY, -16, "empty", "queue.Empty")                                  \
    X(MP_EFULL, -17, "full", "queue.Full")                                     \
    X(MP_EAUTH, -18, "authentication failed", "AuthenticationError")           \
    X(MP_ETARGET, -19, "target is not registered", "AttributeError")           \
    X(MP_ESTART, -20, "child ended before its target ran", "OSError")          \
    X(MP_EGUARD, -21, "mp_freeze_support has not run", "RuntimeError")         \
    X(MP_EDEPTH, -22, "too many levels of processes", "RecursionError")        \
    X(MP_EVERSION, -23, "another version of the library or program",           \
      "ImportError")                                                           \
    X(MP_EPROTO, -24, "malformed message", "OSError")                          \
    X(MP_ESYSTEM, -25, "system error", "OSError")                              \
    X(MP_EBROKEN, -26, "the barrier is broken", "BrokenBarrierError")          \
    X(MP_ESHUTDOWN, -27, "the queue is shut down", "queue.ShutDown")           \
    X(MP_OWNERDIED, 1, "acquired, but the last holder died in it", "nothing")

enum mp_code {
#define MP__CODE(name, number, text, python) name = number,
    MP_CODES(MP__CODE)
#undef MP__CODE
        MP__CODE_DONE = 0
};

/** This thread's last failure. */
typedef struct mp_error {
    int code;            /**< the MP_E… code that the call returned */
    int os_code;         /**< errno or GetLastError() behind it, or 0 */
    const char *message; /**< one sentence in English, never NULL */
} mp_error_t;

MP_BEGIN_DECLS

/**
 * The text of a code, "out of memory" for MP_ENOMEM.
 *
 * @return a static text, also for a number that is no code.
 * Python: str(exception)
 */
MP_API const char *mp_strerror(int code);

/** The name of a code, "MP_ENOMEM"; "MP_OK" for 0; NULL if it is none. */
MP_API const char *mp_errname(int code);

/**
 * Details of the last call that failed in this thread, for people to read: no
 * program needs them to decide. A call that succeeds does not clear them.
 *
 * @return never NULL; code 0 and an empty message before the first failure.
 * Ownership: the library's; valid until this thread's next failing call.
 */
MP_API const mp_error_t *mp_last_error(void);

MP_END_DECLS

#endif
