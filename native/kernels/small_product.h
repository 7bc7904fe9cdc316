// Products of matrices with few columns, on which libraries for large matrices spend most of their time in
// preparations.
#pragma once
#include "window_attention.h"

namespace mer::MER_ISA {
namespace {

template <int Vectors>
void panel(int64_t rows, const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b, int64_t b_row,
           float* to, int64_t to_row) {
    // As many sums as the registers hold next to a row of b.
#ifdef __AVX512F__
    constexpr int at_once = 24 / Vectors;
#else
    constexpr int at_once = Vectors == 1 ? 8 : Vectors == 4 ? 2 : 4;
#endif
    row_blocks<SingleElements, at_once, Vectors>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
}

void multiply(int64_t rows, const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b, int64_t b_row,
              int64_t columns, float* to, int64_t to_row) {
    for (; columns > 3 * width; columns -= 4 * width, b += 4 * width, to += 4 * width)
        panel<4>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
    if (columns > 2 * width) panel<3>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
    else if (columns > width) panel<2>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
    else if (columns > 0) panel<1>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
}

}  // namespace
}  // namespace mer::MER_ISA
