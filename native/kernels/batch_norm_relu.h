// Batch normalisation in training and ReLU: a channel at a time, whose numbers stay in the caches between the passes
// over them.
#pragma once
#include "elements.h"
#include "kernels.h"

namespace mer::MER_ISA {
namespace {

// The sum of a function of every vector of a channel; single precision within an image, double across them.
template <class Of>
inline double channel_sum(const BatchNormShape& shape, int64_t channel, Of of) {
    double all_images = 0;
    for (int64_t image = 0; image < shape.images; image++) {
        const int64_t start = (image * shape.channels + channel) * shape.plane;
        Floats one = {}, other = {};
        int64_t i = 0;
        for (; i + 2 * width <= shape.plane; i += 2 * width) one += of(start + i), other += of(start + i + width);
        for (; i < shape.plane; i += width) one += of(start + i);
        all_images += sum(one + other)[0];
    }
    return all_images;
}

template <class Do>
inline void each_vector(const BatchNormShape& shape, int64_t channel, Do todo) {
    for (int64_t image = 0; image < shape.images; image++) {
        const int64_t start = (image * shape.channels + channel) * shape.plane;
        for (int64_t i = 0; i < shape.plane; i += width) todo(start + i);
    }
}

template <class E>
void batch_norm_relu(const BatchNormShape& shape, const void* input, const float* gamma, const float* beta,
                     void* output, float* means, float* variances, float* running_means, float* running_variances,
                     int64_t first, int64_t last) {
    const auto x = static_cast<const typename E::Number*>(input);
    const auto y = static_cast<typename E::Number*>(output);
    const double count = (double)(shape.images * shape.plane);
    for (int64_t c = first; c < last; c++) {
        const Floats mean = all(
            (float)(channel_sum(shape, c, [&](int64_t i) { return E::template read<Floats>(x + i); }) / count));
        const double variance = channel_sum(shape, c, [&](int64_t i) {
            const Floats apart = E::template read<Floats>(x + i) - mean;
            return apart * apart;
        }) / count;
        means[c] = mean[0];
        variances[c] = (float)variance;
        running_means[c] += shape.momentum * (means[c] - running_means[c]);
        running_variances[c] += shape.momentum * ((float)(variance * count / (count - 1)) - running_variances[c]);
        const Floats scale = all(gamma[c] / __builtin_sqrtf(variances[c] + shape.epsilon)), shift = all(beta[c]);
        each_vector(shape, c, [&](int64_t i) {
            const Floats value = (E::template read<Floats>(x + i) - mean) * scale + shift;
            // In this order what is no number stays none.
            E::put(y + i, value < Floats{} ? Floats{} : value);
        });
    }
}

template <class E>
void batch_norm_relu_backward(const BatchNormShape& shape, const void* input, const float* gamma, const float* beta,
                              const float* means, const float* variances, const void* output_gradient,
                              void* input_gradient, float* gamma_gradient, float* beta_gradient, int64_t first,
                              int64_t last) {
    const auto x = static_cast<const typename E::Number*>(input);
    const auto after = static_cast<const typename E::Number*>(output_gradient);
    const auto before = static_cast<typename E::Number*>(input_gradient);
    const double count = (double)(shape.images * shape.plane);
    for (int64_t c = first; c < last; c++) {
        const Floats mean = all(means[c]), inverse = all(1 / __builtin_sqrtf(variances[c] + shape.epsilon)),
                     scale = inverse * gamma[c], shift = all(beta[c]);
        const auto apart = [&](int64_t i) { return E::template read<Floats>(x + i) - mean; };
        const auto passed = [&](int64_t i, Floats distance) {
            return distance * scale + shift > Floats{} ? E::template read<Floats>(after + i) : Floats{};
        };
        const double plain = channel_sum(shape, c, [&](int64_t i) { return passed(i, apart(i)); });
        const double along = channel_sum(shape, c, [&](int64_t i) {
            const Floats distance = apart(i);
            return passed(i, distance) * distance;
        }) * inverse[0];
        gamma_gradient[c] = (float)along;
        beta_gradient[c] = (float)plain;
        const Floats a = all((float)(plain / count)), b = inverse * (float)(along / count);
        each_vector(shape, c, [&](int64_t i) {
            const Floats distance = apart(i);
            E::put(before + i, scale * (passed(i, distance) - a - distance * b));
        });
    }
}

}  // namespace
}  // namespace mer::MER_ISA
