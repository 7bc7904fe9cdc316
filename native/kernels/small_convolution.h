// Convolutions of few channels over small images, forward and backward, in single precision on one thread: the pixels
// that each weight sees side by side, then products of small matrices. oneDNN's are made for more channels than a
// vector has numbers, and take longer to be found than to be computed.
#pragma once
#include "small_product.h"

namespace mer::MER_ISA {
namespace {

inline void zero(float* to, int64_t count) { for (int64_t i = 0; i < count; i++) to[i] = 0; }

// Calls each(offset in the columns, offset in the image, first and last pixel of the row that lie inside) for every
// weight and row of an image.
template <class Each>
inline void each_tap(const ConvolutionShape& shape, const Each& each) {
    const int64_t high = shape.high(), wide = shape.wide(), stride = shape.stride, row = shape.row();
    int64_t weight = 0;
    for (int64_t channel = 0; channel < shape.from; channel++)
        for (int64_t ky = 0; ky < shape.kernel; ky++)
            for (int64_t kx = 0; kx < shape.kernel; kx++, weight++) {
                const int64_t apart = kx - shape.padding, before = apart >= 0 ? 0 : (-apart + stride - 1) / stride,
                              inside = (shape.width - apart + stride - 1) / stride;
                const int64_t first = before < wide ? before : wide,
                              last = inside < first ? first : inside < wide ? inside : wide;
                for (int64_t y = 0; y < high; y++) {
                    const int64_t in = y * stride + ky - shape.padding;
                    const bool there = in >= 0 && in < shape.height;
                    each(weight * row + y * wide, (channel * shape.height + in) * shape.width + apart,
                         there ? first : wide, there ? last : wide);
                }
            }
}

// An image's columns: [weights, pixels].
void spread_columns(const ConvolutionShape& shape, const float* image, float* columns) {
    const int64_t wide = shape.wide(), stride = shape.stride;
    each_tap(shape, [&](int64_t to, int64_t from, int64_t first, int64_t last) {
        float* const out = columns + to;
        const float* const in = image + from;
        zero(out, first);
        if (stride == 1) for (int64_t x = first; x < last; x++) out[x] = in[x];
        else if (stride == 2) for (int64_t x = first; x < last; x++) out[x] = in[2 * x];
        else for (int64_t x = first; x < last; x++) out[x] = in[stride * x];
        zero(out + last, wide - last);
    });
}

// The way back: adds the columns to an image.
void add_columns(const ConvolutionShape& shape, const float* columns, float* image) {
    const int64_t stride = shape.stride;
    each_tap(shape, [&](int64_t from, int64_t to, int64_t first, int64_t last) {
        const float* const in = columns + from;
        float* const out = image + to;
        if (stride == 1) for (int64_t x = first; x < last; x++) out[x] += in[x];
        else for (int64_t x = first; x < last; x++) out[stride * x] += in[x];
    });
}

void convolve(const ConvolutionShape& shape, const float* images, const float* weight, const float* bias, float* output,
              float* room) {
    const int64_t pixels = shape.pixels(), image = shape.from * shape.height * shape.width, row = shape.row();
    float *const columns = room, *const results = columns + shape.weights() * row;
    for (int64_t first = 0; first < shape.images; first += shape.at_once()) {
        const int64_t left = shape.images - first, count = left < shape.at_once() ? left : shape.at_once();
        for (int64_t i = 0; i < count; i++) spread_columns(shape, images + (first + i) * image, columns + i * pixels);
        multiply(shape.to, weight, shape.weights(), 1, shape.weights(), columns, row, count * pixels, results, row);
        for (int64_t i = 0; i < count; i++)
            for (int64_t c = 0; c < shape.to; c++) {
                const float* const from = results + c * row + i * pixels;
                float* const to = output + ((first + i) * shape.to + c) * pixels;
                const float more = bias ? bias[c] : 0;
                for (int64_t p = 0; p < pixels; p++) to[p] = from[p] + more;
            }
    }
}

void convolve_backward(const ConvolutionShape& shape, const float* images, const float* weight,
                       const float* output_gradient, float* image_gradient, float* weight_gradient,
                       float* bias_gradient, float* room) {
    const int64_t pixels = shape.pixels(), image = shape.from * shape.height * shape.width, row = shape.row(),
                  weights = shape.weights(), out = up(shape.to, 16);
    float *const columns = room, *const gradients = columns + weights * row, *const across = gradients + out * row,
                 *const sums = across + row * out;
    if (image_gradient) zero(image_gradient, shape.images * image);
    zero(weight_gradient, shape.to * weights);
    if (bias_gradient) zero(bias_gradient, shape.to);
    // Channels that fill vectors up.
    zero(gradients + shape.to * row, (out - shape.to) * row);
    for (int64_t first = 0; first < shape.images; first += shape.at_once()) {
        const int64_t left = shape.images - first, count = left < shape.at_once() ? left : shape.at_once();
        for (int64_t i = 0; i < count; i++) {
            spread_columns(shape, images + (first + i) * image, columns + i * pixels);
            for (int64_t c = 0; c < shape.to; c++) {
                const float* const from = output_gradient + ((first + i) * shape.to + c) * pixels;
                float* const to = gradients + c * row + i * pixels;
                for (int64_t p = 0; p < pixels; p++) to[p] = from[p];
            }
        }
        if (bias_gradient)
            for (int64_t c = 0; c < shape.to; c++)
                for (int64_t p = 0; p < count * pixels; p++) bias_gradient[c] += gradients[c * row + p];
        for (int64_t p = 0; p < count * pixels; p += width)
            for (int64_t c = 0; c < out; c += width)
                transpose_block<Floats>(gradients + c * row + p, row, across + p * out + c, out);
        multiply(weights, columns, row, 1, count * pixels, across, out, shape.to, sums, out);
        for (int64_t c = 0; c < shape.to; c++)
            for (int64_t k = 0; k < weights; k++) weight_gradient[c * weights + k] += sums[k * out + c];
        if (!image_gradient) continue;
        multiply(weights, weight, 1, weights, shape.to, gradients, row, count * pixels, columns, row);
        for (int64_t i = 0; i < count; i++)
            add_columns(shape, columns + i * pixels, image_gradient + (first + i) * image);
    }
}

}  // namespace
}  // namespace mer::MER_ISA
