// A transformer's residual sum and the layer normalisation after it: total = sum + factor * branch, normed = (total -
// mean) / deviation * gamma + beta.
#pragma once
#include "elements.h"
#include "kernels.h"

namespace mer::MER_ISA {
namespace {

template <class E, class Vector>
void add_and_norm_rows(const ResidualShape& shape, const ResidualNorm& with, const void* sums, const void* branches,
                       void* totals, void* normed, int64_t first, int64_t last) {
    constexpr int64_t step = sizeof(Vector) / sizeof(float);
    const int64_t channels = shape.channels;
    for (int64_t row = first; row < last; row++) {
        const auto s = static_cast<const typename E::Number*>(sums) + row * channels;
        const auto b = static_cast<const typename E::Number*>(branches) + row * channels;
        const auto t = static_cast<typename E::Number*>(totals) + row * channels;
        const float factor = with.factors ? with.factors[row / shape.rows_per_factor] : 1;
        Vector added = {};
        for (int64_t c = 0; c < channels; c += step) {
            const Vector x = E::template read<Vector>(s + c) + factor * E::template read<Vector>(b + c);
            E::put(t + c, x);
            added += E::template read<Vector>(t + c);
        }
        const Vector mean = sum(added) / (float)channels;
        Vector squares = {};
        for (int64_t c = 0; c < channels; c += step) {
            const Vector apart = E::template read<Vector>(t + c) - mean;
            squares += apart * apart;
        }
        const float inverse = 1 / __builtin_sqrtf(sum(squares)[0] / (float)channels + shape.epsilon);
        const auto n = static_cast<typename E::Number*>(normed) + row * channels;
        for (int64_t c = 0; c < channels; c += step)
            E::put(n + c, (E::template read<Vector>(t + c) - mean) * inverse * load_as<Vector>(with.gamma + c) +
                              load_as<Vector>(with.beta + c));
        with.means[row] = mean[0];
        with.inverses[row] = inverse;
    }
}

template <class E, class Vector>
void add_and_norm_rows_backward(const ResidualShape& shape, const ResidualNorm& with, const void* totals,
                                const void* total_gradient, const void* normed_gradient, void* sum_gradient,
                                void* branch_gradient, float* gamma_gradient, float* beta_gradient, int64_t first,
                                int64_t last) {
    constexpr int64_t step = sizeof(Vector) / sizeof(float);
    const int64_t channels = shape.channels;
    for (int64_t row = first; row < last; row++) {
        const int64_t start = row * channels;
        const auto t = static_cast<const typename E::Number*>(totals) + start;
        const auto n = static_cast<const typename E::Number*>(normed_gradient) + start;
        const float mean = with.means[row], inverse = with.inverses[row];
        Vector plain = {}, along = {};
        for (int64_t c = 0; c < channels; c += step) {
            const Vector x = (E::template read<Vector>(t + c) - mean) * inverse,
                         gradient = E::template read<Vector>(n + c);
            const Vector g = gradient * load_as<Vector>(with.gamma + c);
            plain += g;
            along += g * x;
            store_as(gamma_gradient + c, load_as<Vector>(gamma_gradient + c) + gradient * x);
            store_as(beta_gradient + c, load_as<Vector>(beta_gradient + c) + gradient);
        }
        const Vector a = sum(plain) / (float)channels, b = sum(along) / (float)channels;
        const float factor = with.factors ? with.factors[row / shape.rows_per_factor] : 1;
        for (int64_t c = 0; c < channels; c += step) {
            const Vector x = (E::template read<Vector>(t + c) - mean) * inverse,
                         g = E::template read<Vector>(n + c) * load_as<Vector>(with.gamma + c);
            const Vector gradient =
                E::template read<Vector>(static_cast<const typename E::Number*>(total_gradient) + start + c) +
                inverse * (g - a - x * b);
            E::put(static_cast<typename E::Number*>(sum_gradient) + start + c, gradient);
            E::put(static_cast<typename E::Number*>(branch_gradient) + start + c, factor * gradient);
        }
    }
}

// Rows in whole vectors, or else by four (of single precision only).
template <class E>
void add_and_norm(const ResidualShape& shape, const ResidualNorm& with, const void* sums, const void* branches,
                  void* totals, void* normed, int64_t first, int64_t last) {
    if constexpr (E::per_unit == 1)
        if (shape.channels % width)
            return add_and_norm_rows<E, Few>(shape, with, sums, branches, totals, normed, first, last);
    add_and_norm_rows<E, Floats>(shape, with, sums, branches, totals, normed, first, last);
}

template <class E>
void add_and_norm_backward(const ResidualShape& shape, const ResidualNorm& with, const void* totals,
                           const void* total_gradient, const void* normed_gradient, void* sum_gradient,
                           void* branch_gradient, float* gamma_gradient, float* beta_gradient, int64_t first,
                           int64_t last) {
    if constexpr (E::per_unit == 1)
        if (shape.channels % width)
            return add_and_norm_rows_backward<E, Few>(shape, with, totals, total_gradient, normed_gradient,
                                                      sum_gradient, branch_gradient, gamma_gradient, beta_gradient,
                                                      first, last);
    add_and_norm_rows_backward<E, Floats>(shape, with, totals, total_gradient, normed_gradient, sum_gradient,
                                          branch_gradient, gamma_gradient, beta_gradient, first, last);
}

}  // namespace
}  // namespace mer::MER_ISA
