// Convolutions of few channels over small images, forward and backward, in single precision on one thread: the pixels that each weight sees side by side, then
// products of small matrices. oneDNN's are made for more channels than a vector has numbers, and take longer to be found than to be computed.
#pragma once
#include "swin_block.h"

namespace mer {
namespace {

// Some images at a time, as many as fill the vectors and leave the cache room for their columns.
struct ConvolutionGroups {
    int64_t images, pixels, row, weights;

    explicit ConvolutionGroups(const ConvolutionShape& shape)
        : images(std::clamp<int64_t>(640 / shape.pixels(), 1, shape.images)), pixels(images * shape.pixels()),
          row(whole(pixels) + slack),  // no multiple of a page, whose lines would compete for the same places of the cache
          weights(shape.from * shape.kernel * shape.kernel) {}
};

// Calls each(offset of a column's row, offset of an image's row, first and last output pixel of the row that lie inside) for every weight and row of an image.
template <class Each>
void each_tap(const ConvolutionShape& shape, int64_t row, const Each& each) {
    int64_t weight = 0;
    for (int64_t channel = 0; channel < shape.from; channel++)
        for (int64_t ky = 0; ky < shape.kernel; ky++)
            for (int64_t kx = 0; kx < shape.kernel; kx++, weight++)
                for (int64_t y = 0; y < shape.high(); y++) {
                    const int64_t in_y = y * shape.stride + ky - shape.padding, apart = kx - shape.padding;
                    const bool inside = in_y >= 0 && in_y < shape.height;
                    const int64_t first = inside ? std::min(shape.wide(), apart >= 0 ? 0 : (-apart + shape.stride - 1) / shape.stride) : shape.wide();
                    const int64_t last = inside ? std::clamp((shape.width - apart + shape.stride - 1) / shape.stride, first, shape.wide()) : first;
                    each(weight * row + y * shape.wide(), (channel * shape.height + in_y) * shape.width + apart, first, last);
                }
}

// An image's columns: [weights, pixels], rows `row` apart.
void spread_columns(const ConvolutionShape& shape, int64_t row, const float* image, float* columns) {
    each_tap(shape, row, [&](int64_t to, int64_t from, int64_t first, int64_t last) {
        float* const out = columns + to;
        std::fill_n(out, first, 0.0f);
        if (shape.stride == 1) std::copy_n(image + from + first, last - first, out + first);
        else for (int64_t x = first; x < last; x++) out[x] = image[from + x * shape.stride];
        std::fill_n(out + last, shape.wide() - last, 0.0f);
    });
}

// The way back: adds the columns to an image.
void add_columns(const ConvolutionShape& shape, int64_t row, const float* columns, float* image) {
    each_tap(shape, row, [&](int64_t from, int64_t to, int64_t first, int64_t last) {
        for (int64_t x = first; x < last; x++) image[to + x * shape.stride] += columns[from + x];
    });
}

void convolve(const ElementKernels& by, const ConvolutionShape& shape, const float* images, const float* weight, const float* bias, float* output) {
    const ConvolutionGroups groups(shape);
    const int64_t pixels = shape.pixels(), image = shape.from * shape.height * shape.width;
    Slices room{scratch({groups.weights * groups.row, shape.to * groups.row})};
    float *const columns = room.take(groups.weights * groups.row), *const results = room.take(shape.to * groups.row);
    for (int64_t first = 0; first < shape.images; first += groups.images) {
        const int64_t count = std::min(groups.images, shape.images - first);
        for (int64_t i = 0; i < count; i++) spread_columns(shape, groups.row, images + (first + i) * image, columns + i * pixels);
        by.multiply(shape.to, weight, groups.weights, 1, groups.weights, columns, groups.row, count * pixels, results, groups.row);
        for (int64_t i = 0; i < count; i++)
            for (int64_t c = 0; c < shape.to; c++) {
                const float* const from = results + c * groups.row + i * pixels;
                float* const to = output + ((first + i) * shape.to + c) * pixels;
                const float more = bias ? bias[c] : 0;
                for (int64_t p = 0; p < pixels; p++) to[p] = from[p] + more;
            }
    }
}

// Gradients are set; that of the images or of the bias may be null.
void convolve_backward(const ElementKernels& by, const ConvolutionShape& shape, const float* images, const float* weight, const float* output_gradient,
                       float* image_gradient, float* weight_gradient, float* bias_gradient) {
    const ConvolutionGroups groups(shape);
    const int64_t pixels = shape.pixels(), image = shape.from * shape.height * shape.width, out = whole(shape.to);
    Slices room{scratch({groups.weights * groups.row, shape.to * groups.row, groups.pixels * out, groups.weights * out})};
    float *const columns = room.take(groups.weights * groups.row), *const gradients = room.take(shape.to * groups.row);
    float *const across = room.take(groups.pixels * out), *const sums = room.take(groups.weights * out);
    if (image_gradient) std::fill_n(image_gradient, shape.images * image, 0.0f);
    std::fill_n(weight_gradient, shape.to * groups.weights, 0.0f);
    if (bias_gradient) std::fill_n(bias_gradient, shape.to, 0.0f);
    for (int64_t first = 0; first < shape.images; first += groups.images) {
        const int64_t count = std::min(groups.images, shape.images - first);
        for (int64_t i = 0; i < count; i++) {
            spread_columns(shape, groups.row, images + (first + i) * image, columns + i * pixels);
            for (int64_t c = 0; c < out; c++) {
                const float* const from = output_gradient + ((first + i) * shape.to + c) * pixels;
                for (int64_t p = 0; p < pixels; p++) across[(i * pixels + p) * out + c] = c < shape.to ? from[p] : 0;
                if (c >= shape.to) continue;
                std::copy_n(from, pixels, gradients + c * groups.row + i * pixels);
                if (bias_gradient) for (int64_t p = 0; p < pixels; p++) bias_gradient[c] += from[p];
            }
        }
        by.multiply(groups.weights, columns, groups.row, 1, count * pixels, across, out, shape.to, sums, out);
        for (int64_t c = 0; c < shape.to; c++)
            for (int64_t k = 0; k < groups.weights; k++) weight_gradient[c * groups.weights + k] += sums[k * out + c];
        if (!image_gradient) continue;
        by.multiply(groups.weights, weight, 1, groups.weights, shape.to, gradients, groups.row, count * pixels, columns, groups.row);
        for (int64_t i = 0; i < count; i++) add_columns(shape, groups.row, columns + i * pixels, image_gradient + (first + i) * image);
    }
}

}  // namespace
}  // namespace mer
