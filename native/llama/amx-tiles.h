// GCC before 12.4, and 13 before 13.3, takes _tile_loadconfig to read 8 bytes of a tile configuration's 64,
// and leaves the rest of them unwritten (GCC PR 114098): the first AMX instruction would end the process.
// Included before ggml's sources.
#pragma once

#ifdef __AMX_TILE__
#include <immintrin.h>

#define _tile_loadconfig(config) __asm__ volatile("ldtilecfg %0" ::"m"(*(const char(*)[64])(config)))
#endif
