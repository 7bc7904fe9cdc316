// A linear layer's gradients of weights and bias: gradient^T x and the sums of the gradient, in single precision from
// bfloat16. The sum runs over the tokens, of which there are up to a hundred thousand, across the rows of both
// operands.
#pragma once
#ifdef __AVX512BF16__
#include "elements.h"
#include "kernels.h"

namespace mer::MER_ISA {
namespace {

// Blocks * 32 columns of [tokens, stride] -> [tokens / 2] rows of pairs of tokens, a strip next to the other; an odd
// token's partner is zero. Adds up the columns if asked to.
template <int Blocks>
inline void pack_columns(const uint16_t* x, int64_t tokens, int64_t stride, float* to, int64_t strip_size,
                         float* sums) {
    static const uint16_t order[64] = {0,  32, 1,  33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                       8,  40, 9,  41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47,
                                       16, 48, 17, 49, 18, 50, 19, 51, 20, 52, 21, 53, 22, 54, 23, 55,
                                       24, 56, 25, 57, 26, 58, 27, 59, 28, 60, 29, 61, 30, 62, 31, 63};
    const __m512i low = _mm512_loadu_si512(order), high = _mm512_loadu_si512(order + 32),
                  upper_half = _mm512_set1_epi32((int)0xffff0000);
    Floats left[Blocks], right[Blocks];
    for (int i = 0; i < Blocks; i++) left[i] = right[i] = Floats{};
    for (int64_t t = 0; t < tokens; t += 2, x += 2 * stride, to += strip) {
        const bool two = t + 1 < tokens;
        // The processor does not foresee rows this far apart.
        fetch(x + 16 * stride, 64 * Blocks);
        fetch(x + 17 * stride, 64 * Blocks);
        for (int i = 0; i < Blocks; i++) {
            float* place = to + i / 2 * strip_size + i % 2 * 32;
            const __m512i a = _mm512_loadu_si512(x + 32 * i),
                          b = two ? _mm512_loadu_si512(x + stride + 32 * i) : _mm512_setzero_si512();
            const __m512i l = _mm512_permutex2var_epi16(a, low, b), h = _mm512_permutex2var_epi16(a, high, b);
            _mm512_storeu_si512(place, l);
            _mm512_storeu_si512(place + 16, h);
            left[i] += (Floats)_mm512_slli_epi32(l, 16) + (Floats)_mm512_and_si512(l, upper_half);
            right[i] += (Floats)_mm512_slli_epi32(h, 16) + (Floats)_mm512_and_si512(h, upper_half);
        }
    }
    if (!sums) return;
    for (int i = 0; i < Blocks; i++) {
        store(sums + 32 * i, load(sums + 32 * i) + left[i]);
        store(sums + 32 * i + 16, load(sums + 32 * i + 16) + right[i]);
    }
}

// [tokens, columns] -> [columns / strip, tokens / 2, strip].
inline void pack(const uint16_t* x, int64_t tokens, int64_t stride, int64_t columns, float* to, float* sums) {
    const int64_t size = (tokens + 1) / 2 * strip;
    int64_t c = 0;
    for (; c + 128 <= columns; c += 128)
        pack_columns<4>(x + c, tokens, stride, to + c / strip * size, size, sums ? sums + c : nullptr);
    for (; c < columns; c += 32)
        pack_columns<1>(x + c, tokens, stride, to + c / strip * size + c % strip, size, sums ? sums + c : nullptr);
}

// to[Rows, Vectors * width] = or += a^T b over the pairs.
template <int Rows, int Vectors>
inline void tile(const float* a, const float* b, int64_t pairs, bool add, float* to, int64_t to_row) {
    Floats sums[Rows][Vectors];
    for (int r = 0; r < Rows; r++)
        for (int v = 0; v < Vectors; v++) sums[r][v] = Floats{};
    for (int64_t p = 0; p < pairs; p++, a += strip, b += strip) {
        Floats right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load(b + v * width);
        for (int r = 0; r < Rows; r++)
            for (int v = 0; v < Vectors; v++) sums[r][v] = BFloat16Elements::add_product(sums[r][v], a[r], right[v]);
    }
    for (int r = 0; r < Rows; r++)
        for (int v = 0; v < Vectors; v++) {
            float* place = to + r * to_row + v * width;
            store(place, add ? load(place) + sums[r][v] : sums[r][v]);
        }
}

// `rows` is 32 or 64: as many sums as the registers hold, and what is left.
template <int Vectors>
inline void tiles(int64_t rows, const float* a, const float* b, int64_t pairs, bool add, float* to, int64_t to_row) {
    for (; rows >= 6; rows -= 6, a += 6, to += 6 * to_row) tile<6, Vectors>(a, b, pairs, add, to, to_row);
    if (rows == 4) tile<4, Vectors>(a, b, pairs, add, to, to_row);
    else tile<2, Vectors>(a, b, pairs, add, to, to_row);
}

// Of some outputs and inputs, both in multiples of 32; the bias's gradient, which may be null, is added to.
inline void weight_gradient(const LinearShape& shape, const void* gradient, const void* x, float* weights,
                            float* bias_gradient, float* room, int64_t first_output, int64_t last_output,
                            int64_t first_input, int64_t last_input) {
    const int64_t inputs = last_input - first_input;
    float* left = room;
    float* right = room + outputs_at_once * tokens_at_once / 2;
    for (int64_t t = 0; t < shape.tokens; t += tokens_at_once) {
        const int64_t tokens = shape.tokens - t < tokens_at_once ? shape.tokens - t : tokens_at_once,
                      pairs = (tokens + 1) / 2;
        pack(static_cast<const uint16_t*>(x) + t * shape.inputs + first_input, tokens, shape.inputs, inputs, right,
             nullptr);
        for (int64_t m = first_output; m < last_output; m += outputs_at_once) {
            const int64_t outputs = last_output - m < outputs_at_once ? last_output - m : outputs_at_once;
            pack(static_cast<const uint16_t*>(gradient) + t * shape.outputs + m, tokens, shape.outputs, outputs, left,
                 bias_gradient ? bias_gradient + m : nullptr);
            for (int64_t c = 0; c < inputs; c += strip) {
                for (int64_t r = 0; r < outputs; r += strip) {
                    const int64_t rows = outputs - r < strip ? outputs - r : strip;
                    float* to = weights + (m + r) * shape.inputs + first_input + c;
                    if (inputs - c >= strip)
                        tiles<4>(rows, left + r * pairs, right + c * pairs, pairs, t > 0, to, shape.inputs);
                    else tiles<2>(rows, left + r * pairs, right + c * pairs, pairs, t > 0, to, shape.inputs);
                }
            }
        }
    }
}

}  // namespace
}  // namespace mer::MER_ISA
#endif
