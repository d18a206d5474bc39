// SPDX-License-Identifier: Apache-2.0
// An image that C fills and Python works on without a copy: see image.py.
#include <multiprocessing.h>
#include <stdio.h>

#define WIDTH 640
#define HEIGHT 480

int main(void)
{
    mp_shared_memory_t *memory = NULL;
    if (mp_shared_memory_create(&memory, NULL, WIDTH * HEIGHT, NULL) < 0) {
        fprintf(stderr, "%s\n", mp_last_error()->message);
        return 1;
    }
    unsigned char *pixels = mp_shared_memory_address(memory);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            pixels[y * WIDTH + x] = (unsigned char) (x + y);
        }
    }

    printf("python3 image.py %s %d %d\n", mp_shared_memory_name(memory), WIDTH,
           HEIGHT);
    printf("then press Enter\n");
    fflush(stdout);
    (void) getchar();

    printf("the first pixel is now %d\n", pixels[0]);
    mp_shared_memory_unlink(memory);
    mp_shared_memory_destroy(memory);
    return 0;
}
