#!/usr/bin/env python3
"""Writes utf8_table.h: which code points are wide, which combine, which must not be shown raw.

usage: python3 src/base/utf8_table.py > src/base/utf8_table.h

Source: the Unicode Character Database as Python carries it (unicodedata.unidata_version):
general categories of UnicodeData.txt, EastAsianWidth.txt; the ranges whose unassigned code points
are wide are those named in the head of EastAsianWidth.txt.
"""
import unicodedata as ucd

# Default_Ignorable_Code_Point (DerivedCoreProperties.txt) that is not in category Cf. Variation
# selectors FE00..FE0F stay visible: they choose the look of an emoji.
IGNORABLE = [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x3164, 0xFFA0]
IGNORABLE += range(0xFFF0, 0xFFF9)
WIDE_BLOCKS = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2FFFD), (0x30000, 0x3FFFD)]


def hidden(cp):
    if 0xE0000 <= cp <= 0xE0FFF or (cp & 0xFFFE) == 0xFFFE or 0xFDD0 <= cp <= 0xFDEF or cp in IGNORABLE:
        return True  # tags, noncharacters, invisible letters
    if cp >= 0x40000:
        return True  # nothing is assigned there but tags and private use
    return unicodedata_category(cp) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def combining(cp):
    return not hidden(cp) and (unicodedata_category(cp) in ("Mn", "Me") or 0x1161 <= cp <= 0x11FF)


def wide(cp):
    if hidden(cp) or combining(cp):
        return False
    return ucd.east_asian_width(chr(cp)) in "WF" or any(a <= cp <= b for a, b in WIDE_BLOCKS)


def unicodedata_category(cp):
    return ucd.category(chr(cp))


def ranges(test):
    found, start = [], None
    for cp in range(0x110001):
        inside = cp < 0x110000 and test(cp)
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            found.append((start, cp - 1))
            start = None
    return found


def table(name, test):
    print(f"static const w5_range {name}[] = {{")
    line = "   "
    for a, b in ranges(test):
        item = f" {{0x{a:04x}, 0x{b:04x}}},"
        if len(line) + len(item) > 100:
            print(line)
            line = "   "
        line += item
    print(line)
    print("};")


print(f"""/* utf8_table.h -- ranges of code points, sorted. Made by utf8_table.py from the Unicode
 * Character Database {ucd.unidata_version}; only utf8.c includes it. */
#ifndef W5_BASE_UTF8_TABLE_H
#define W5_BASE_UTF8_TABLE_H
#include <stdint.h>

/* clang-format off */
typedef struct w5_range {{ uint32_t first, last; }} w5_range;

/* Never shown raw: controls, format characters, private use, invisible letters, noncharacters. */""")
table("hidden_ranges", hidden)
print("\n/* Take no column: non-spacing and enclosing marks, conjoining Hangul vowels and finals. */")
table("combining_ranges", combining)
print("\n/* Take two columns: East Asian Width W and F. */")
table("wide_ranges", wide)
print("/* clang-format on */\n\n#endif")
