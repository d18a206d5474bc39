// SPDX-License-Identifier: Apache-2.0
#ifndef WORK_H
#define WORK_H

// What all the frozen apps do: three spawned children, and one line about what
// they found. Returns the exit code of the app.
int work(void);

#endif
