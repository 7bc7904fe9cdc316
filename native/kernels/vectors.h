// Vectors of 32-bit numbers as wide as the instruction set's, and what the kernels do with them. Everything is static
// and in a namespace per instruction set: a function shared between sets could be linked in the wrong one's form.
#pragma once
#include <cstdint>
#include <cstring>
#include <immintrin.h>

namespace mer::MER_ISA {
namespace {

#ifdef __AVX512F__
constexpr int width = 16;
#else
constexpr int width = 8;
#endif

typedef float Floats __attribute__((vector_size(4 * width)));
typedef int32_t Ints __attribute__((vector_size(4 * width)));

template <class Vector>
Vector load_as(const float* p) {
    Vector x;
    memcpy(&x, p, sizeof x);
    return x;
}

template <class Vector>
void store_as(float* p, Vector x) { memcpy(p, &x, sizeof x); }

inline Floats load(const float* p) { return load_as<Floats>(p); }
inline void store(float* p, Floats x) { store_as(p, x); }
inline Floats all(float x) { return x - Floats{}; }
inline Floats larger(Floats a, Floats b) { return a > b ? a : b; }

// A vector whose element i is x's element i ^ distance.
template <int distance>
inline Floats crossed(Floats x) {
    Ints order;
    for (int i = 0; i < width; i++) order[i] = i ^ distance;
    return __builtin_shuffle(x, order);
}

// Four numbers, for rows that are no whole number of vectors.
typedef float Few __attribute__((vector_size(16)));

inline Few sum(Few x) { return x[0] + x[1] + (x[2] + x[3]) - Few{}; }

// The sum of the elements, in every element.
template <int distance = width / 2>
inline Floats sum(Floats x) {
    if constexpr (distance == 0) return x;
    else return sum<distance / 2>(x + crossed<distance>(x));
}

// The largest element, in every element.
template <int distance = width / 2>
inline Floats largest(Floats x) {
    if constexpr (distance == 0) return x;
    else return largest<distance / 2>(larger(x, crossed<distance>(x)));
}

// e^x for x <= 0, to two units in the last place; 0 below -87, where the result would leave the normal numbers, and not
// a number of that.
inline Floats exponential(Floats x) {
    const Floats lowest = all(-87.0f);
    const Floats clamped = larger(x, lowest);
    // Adding 1.5 * 2^23 leaves the nearest whole number in the low bits.
    const Floats shifted = clamped * all(1.44269504f) + all(12582912.0f);
    const Floats whole = shifted - all(12582912.0f);
    // ln 2 in two parts, the first exact in few bits.
    const Floats r = clamped - whole * all(0.693359375f) + whole * all(2.12194440e-4f);
    Floats p = all(1.9875691500e-4f);
    p = p * r + all(1.3981999507e-3f);
    p = p * r + all(8.3334519073e-3f);
    p = p * r + all(4.1665795894e-2f);
    p = p * r + all(1.6666665459e-1f);
    p = p * r + all(5.0000001201e-1f);
    p = p * (r * r) + r + all(1.0f);
    const Ints power = reinterpret_cast<Ints>(shifted) << 23;
    const Floats result = reinterpret_cast<Floats>(reinterpret_cast<Ints>(p) + power);
    return x < lowest ? Floats{} : x == x ? result : x;
}

// Shuffles the first half of the rows into the second, like cards; after log2(rows) times row and column have changed
// places.
template <int times, class Vector, int rows>
inline void shuffle_rows(Vector (&x)[rows]) {
    if constexpr (times > 1) {
        decltype(x[0] < x[0]) low, high;
        for (int i = 0; i < rows; i++) low[i] = i / 2 + i % 2 * rows, high[i] = low[i] + rows / 2;
        Vector next[rows];
#pragma GCC unroll 16
        for (int i = 0; i < rows / 2; i++) {
            next[2 * i] = __builtin_shuffle(x[i], x[i + rows / 2], low);
            next[2 * i + 1] = __builtin_shuffle(x[i], x[i + rows / 2], high);
        }
        shuffle_rows<times / 2>(next);
#pragma GCC unroll 16
        for (int i = 0; i < rows; i++) x[i] = next[i];
    }
}

// Transposes a square of 32-bit numbers as wide as a vector.
template <class Vector>
inline void transpose_block(const float* from, int64_t from_row, float* to, int64_t to_row) {
    constexpr int side = sizeof(Vector) / sizeof(float);
    Vector rows[side];
#pragma GCC unroll 16
    for (int i = 0; i < side; i++) rows[i] = load_as<Vector>(from + i * from_row);
    shuffle_rows<side>(rows);
#pragma GCC unroll 16
    for (int i = 0; i < side; i++) store_as(to + i * to_row, rows[i]);
}

// Has memory brought to the cache; it need not exist.
inline void fetch(const void* from, int64_t bytes) {
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char*)from + i, 0, 2);
}

// Copies that are mostly one or two vectors long.
inline void copy(void* to, const void* from, int64_t bytes) {
    constexpr int64_t vector = 4 * width;
    if (bytes % vector) memcpy(to, from, bytes);
    else
        for (int64_t i = 0; i < bytes; i += vector)
            store((float*)((char*)to + i), load((const float*)((const char*)from + i)));
}

}  // namespace
}  // namespace mer::MER_ISA
