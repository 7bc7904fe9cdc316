// The two element types. Products run over "units" of 32 bits: one single-precision number, or two bfloat16 that are
// neighbours along the summed dimension.
#pragma once
#include "vectors.h"

namespace mer::MER_ISA {
namespace {

struct SingleElements {
    using Number = float;
    static constexpr int per_unit = 1;

    static Floats add_product(Floats sum, float unit, Floats units) { return sum + unit * units; }

    // Rows of single-precision numbers as rows of elements.
    static const float* rows(const float* x, int64_t, int64_t, float*) { return x; }

    // Rows of single-precision numbers as units along the rows: [units, columns].
    static const float* down(const float* x, int64_t, int64_t, float*) { return x; }

    // Rows of elements as units along the rows.
    static const float* pair(const float* x, int64_t, int64_t, float*) { return x; }

    template <class Vector>
    static Vector read(const float* x) { return load_as<Vector>(x); }

    template <class Vector>
    static void put(float* to, Vector x) { store_as(to, x); }

    static void add(const float* x, const float* bias, int64_t count, float* to) {
        int64_t i = 0;
        for (; i + width <= count; i += width) store(to + i, load(x + i) + load(bias + i));
        for (; i < count; i++) to[i] = x[i] + bias[i];
    }

    static void write(const float* x, float factor, int64_t count, float* to) {
        int64_t i = 0;
        for (; i + width <= count; i += width) store(to + i, load(x + i) * all(factor));
        for (; i < count; i++) to[i] = x[i] * factor;
    }
};

#ifdef __AVX512BF16__
struct BFloat16Elements {
    using Number = uint16_t;
    static constexpr int per_unit = 2;

    static Floats add_product(Floats sum, float unit, Floats units) {
        return (Floats)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_ps(unit), (__m512bh)units);
    }

    static const uint16_t* rows(const float* x, int64_t rows, int64_t columns, float* room) {
        auto to = reinterpret_cast<uint16_t*>(room);
        for (int64_t i = 0; i < rows * columns; i += 32) {
            const __m512bh both = _mm512_cvtne2ps_pbh((__m512)load(x + i + 16), (__m512)load(x + i));
            memcpy(to + i, &both, sizeof both);
        }
        return to;
    }

    static const float* down(const float* x, int64_t rows, int64_t columns, float* room) {
        static const uint16_t order[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                           8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
        const __m512i cards = _mm512_loadu_si512(order);
        for (int64_t i = 0; i < rows; i += 2) {
            for (int64_t c = 0; c < columns; c += 16) {
                const float* upper = x + i * columns + c;
                const __m512bh both = _mm512_cvtne2ps_pbh((__m512)load(upper + columns), (__m512)load(upper));
                _mm512_storeu_si512(room + i / 2 * columns + c, _mm512_permutexvar_epi16(cards, (__m512i)both));
            }
        }
        return room;
    }

    static const float* pair(const uint16_t* x, int64_t rows, int64_t columns, float* room) {
        for (int64_t i = 0; i < rows; i += 2) {
            for (int64_t c = 0; c < columns; c += 16) {
                const uint16_t* upper = x + i * columns + c;
                const __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)upper));
                const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i*)(upper + columns)));
                _mm512_storeu_si512(room + i / 2 * columns + c, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
            }
        }
        return room;
    }

    template <class Vector>
    static Vector read(const uint16_t* x) { return wide(_mm256_loadu_si256((const __m256i*)x)); }

    static void put(uint16_t* to, Floats x) { _mm256_storeu_si256((__m256i*)to, narrow(x)); }

    static void add(const uint16_t* x, const float* bias, int64_t count, uint16_t* to) {
        int64_t i = 0;
        for (; i + 16 <= count; i += 16) put(to + i, read<Floats>(x + i) + load(bias + i));
        if (i == count) return;
        const auto rest = (__mmask16)((1 << (count - i)) - 1);
        const Floats sum = wide(_mm256_maskz_loadu_epi16(rest, x + i)) + (Floats)_mm512_maskz_loadu_ps(rest, bias + i);
        _mm256_mask_storeu_epi16(to + i, rest, narrow(sum));
    }

    static void write(const float* x, float factor, int64_t count, uint16_t* to) {
        int64_t i = 0;
        for (; i + 16 <= count; i += 16) put(to + i, load(x + i) * all(factor));
        if (i < count)
            _mm256_mask_storeu_epi16(to + i, (__mmask16)((1 << (count - i)) - 1), narrow(load(x + i) * all(factor)));
    }

    static Floats wide(__m256i numbers) { return (Floats)_mm512_slli_epi32(_mm512_cvtepu16_epi32(numbers), 16); }
    static __m256i narrow(Floats x) { return (__m256i)_mm512_cvtneps_pbh((__m512)x); }
};
#endif

}  // namespace
}  // namespace mer::MER_ISA
