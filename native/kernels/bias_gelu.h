// GELU of a product plus its bias: y = v Phi(v) with v = x + bias and Phi the normal distribution (Hendrycks and Gimpel
// 2016).
#pragma once
#include "elements.h"
#include "kernels.h"

namespace mer::MER_ISA {
namespace {

struct Normal {
    Floats below, density;  // Phi(v); e^(-v^2 / 2)
};

inline Normal normal(Floats v) {
    // erfc(|v| / sqrt 2) = (a1 t + .. + a5 t^5) e^(-v^2 / 2), t = 1 / (1 + p |v| / sqrt 2), to 1.5e-7 (Abramowitz and
    // Stegun 1964, 7.1.26).
    const Floats size = larger(v, -v), density = exponential(v * v * all(-0.5f));
    const Floats t = all(1.0f) / (all(1.0f) + all(0.3275911f * 0.70710678f) * size);
    Floats p = all(1.061405429f);
    p = p * t + all(-1.453152027f);
    p = p * t + all(1.421413741f);
    p = p * t + all(-0.284496736f);
    p = p * t + all(0.254829592f);
    const Floats tail = all(0.5f) * p * t * density;
    return {v < Floats{} ? tail : all(1.0f) - tail, density};
}

template <class E>
void bias_gelu(int64_t columns, const void* x, const float* bias, void* y, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) {
        const auto from = static_cast<const typename E::Number*>(x) + row * columns;
        const auto to = static_cast<typename E::Number*>(y) + row * columns;
        for (int64_t c = 0; c < columns; c += width) {
            const Floats v = E::template read<Floats>(from + c) + load(bias + c);
            E::put(to + c, v * normal(v).below);
        }
    }
}

// bias_gradient: [columns], added to.
template <class E>
void bias_gelu_backward(int64_t columns, const void* x, const float* bias, const void* y_gradient, void* x_gradient,
                        float* bias_gradient, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++) {
        const auto from = static_cast<const typename E::Number*>(x) + row * columns;
        const auto after = static_cast<const typename E::Number*>(y_gradient) + row * columns;
        const auto to = static_cast<typename E::Number*>(x_gradient) + row * columns;
        for (int64_t c = 0; c < columns; c += width) {
            const Floats v = E::template read<Floats>(from + c) + load(bias + c);
            const Normal at = normal(v);
            const Floats gradient = E::template read<Floats>(after + c) *
                                    (at.below + v * at.density * all(0.39894228f));
            E::put(to + c, gradient);
            store(bias_gradient + c, load(bias_gradient + c) + gradient);
        }
    }
}

}  // namespace
}  // namespace mer::MER_ISA
