// SPDX-License-Identifier: Apache-2.0
// The smallest program that rows start: it does nothing.

int main(void)
{
    return 0;
}
