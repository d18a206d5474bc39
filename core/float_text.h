// SPDX-License-Identifier: Apache-2.0
#ifndef MP_CORE_FLOAT_TEXT_H
#define MP_CORE_FLOAT_TEXT_H

#define MP__FLOAT_TEXT_SIZE 40

// A double as Python's repr() writes it: the shortest digits that are read as
// the same double, whatever the locale.
void mp__float_text(double number, char text[MP__FLOAT_TEXT_SIZE]);

#endif
