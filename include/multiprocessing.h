// SPDX-License-Identifier: Apache-2.0
/**
 * @file multiprocessing.h
 * PEP 371's multiprocessing, for C: this header brings all of the public API.
 *
 * Labels used in the documentation of every call:
 *   Blocks     whether and for how long the call may wait
 *   Threads    what several threads of a process may do at once
 *   Processes  what it means in a child, or for several processes at once
 *   Ownership  who frees what
 *   Inherits   how children come to have it
 *   Python     the call of Python's package that it mirrors
 * A call without a label "Blocks" returns at once; one without "Threads" may
 * be called from any thread at any time. Every call that makes something is
 * MP_EINVAL if there is no place for it, and every one that takes options is
 * MP_ENOTSUP if they say what this version of the library does not know.
 */
#ifndef MULTIPROCESSING_H
#define MULTIPROCESSING_H

#include <multiprocessing/any.h>
#include <multiprocessing/arguments.h>
#include <multiprocessing/atomic.h>
#include <multiprocessing/auth.h>
#include <multiprocessing/barrier.h>
#include <multiprocessing/condition.h>
#include <multiprocessing/connection.h>
#include <multiprocessing/context.h>
#include <multiprocessing/errors.h>
#include <multiprocessing/event.h>
#include <multiprocessing/export.h>
#include <multiprocessing/finalize.h>
#include <multiprocessing/launch.h>
#include <multiprocessing/listener.h>
#include <multiprocessing/lock.h>
#include <multiprocessing/log.h>
#include <multiprocessing/named_semaphore.h>
#include <multiprocessing/pickle.h>
#include <multiprocessing/plugin.h>
#include <multiprocessing/process.h>
#include <multiprocessing/queue.h>
#include <multiprocessing/semaphore.h>
#include <multiprocessing/shareable_list.h>
#include <multiprocessing/shared.h>
#include <multiprocessing/shared_memory.h>
#include <multiprocessing/system.h>
#include <multiprocessing/target.h>
#include <multiprocessing/version.h>
#include <multiprocessing/wait.h>
#ifndef MP_NO_SHAREDCTYPES
#include <multiprocessing/array.h>
#include <multiprocessing/value.h>
#endif

#endif
