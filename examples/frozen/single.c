// SPDX-License-Identifier: Apache-2.0
// One binary, best a static one: cc -static single.c work.c …
#include "work.h"

#include <multiprocessing.h>

int main(int argc, char **argv)
{
    mp_freeze_support(argc, argv); // a child does not get past this line
    return work();
}
