// A whole Swin block of few channels, forward and backward, in single precision on one thread: what would be sixteen
// operations of libtorch's, each shorter than the time it takes to call it. It is put together from the kernels of its
// parts.
#pragma once
#include <algorithm>
#include <initializer_list>
#include <memory>
#include <vector>
#include "kernels.h"

namespace mer {
namespace {

constexpr int64_t whole(int64_t x) { return (x + 15) / 16 * 16; }

// Numbers that a product may read or write behind a matrix.
constexpr int64_t slack = 16;

// Memory in slices, of which the first call counts the size.
struct Slices {
    float* base;
    int64_t taken = 0;
    float* take(int64_t size) {
        float* const here = base == nullptr ? nullptr : base + taken;
        taken += whole(size) + slack;
        return here;
    }
};

// What the way forward leaves for the way back; [tokens, channels] where nothing is said.
struct SwinRoom {
    float *total, *normed, *statistics, *qkv, *attended, *normed_again, *statistics_again, *hidden, *active;

    SwinRoom(const SwinShape& shape, Slices& from) {
        const int64_t tokens = shape.tokens(), numbers = tokens * shape.channels();
        total = from.take(numbers), normed = from.take(numbers), statistics = from.take(2 * tokens);
        qkv = from.take(3 * shape.padded_tokens() * shape.channels());  // of the padded map
        attended = from.take(numbers), normed_again = from.take(numbers), statistics_again = from.take(2 * tokens);
        hidden = from.take(4 * numbers), active = from.take(4 * numbers);  // [tokens, 4 channels]
    }

    static int64_t size(const SwinShape& shape) {
        Slices counted{nullptr};
        SwinRoom{shape, counted};
        return counted.taken;
    }
};

// Memory of the calling thread for slices of these sizes; it lasts until the next call.
float* scratch(std::initializer_list<int64_t> sizes) {
    int64_t size = 0;
    for (const int64_t one : sizes) size += whole(one) + slack;
    static thread_local std::unique_ptr<float[]> room;
    static thread_local int64_t length = 0;
    if (size > length) room.reset(new float[length = size]());
    return room.get();
}

// [rows, columns] as [columns, whole(rows)].
const float* turned(const float* from, int64_t rows, int64_t columns, float* to) {
    for (int64_t c = 0; c < columns; c++)
        for (int64_t r = 0; r < whole(rows); r++) to[c * whole(rows) + r] = r < rows ? from[r * columns + c] : 0;
    return to;
}

// [rows, columns] as [rows, whole(columns)].
const float* filled_up(const float* from, int64_t rows, int64_t columns, float* to) {
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < whole(columns); c++)
            to[r * whole(columns) + c] = c < columns ? from[r * columns + c] : 0;
    return to;
}

// The map inside a padded one, `channels` numbers a token.
template <class Row>
void each_row(const SwinShape& shape, int64_t channels, const Row& row) {
    for (int64_t image = 0; image < shape.images; image++)
        for (int64_t y = 0; y < shape.side; y++)
            row((image * shape.side + y) * shape.side * channels, (image * shape.padded + y) * shape.padded * channels,
                shape.side * channels);
}

const float* pad(const SwinShape& shape, const float* map, int64_t channels, float* to) {
    std::fill_n(to, shape.padded_tokens() * channels, 0.0f);
    each_row(shape, channels,
             [&](int64_t inside, int64_t padded, int64_t count) { std::copy_n(map + inside, count, to + padded); });
    return to;
}

const float* cut(const SwinShape& shape, const float* padded_map, int64_t channels, float* to) {
    each_row(shape, channels, [&](int64_t inside, int64_t padded, int64_t count) {
        std::copy_n(padded_map + padded, count, to + inside);
    });
    return to;
}

void add_bias(float* rows, const float* bias, int64_t tokens, int64_t channels, float* to) {
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t c = 0; c < channels; c++) to[t * channels + c] = rows[t * channels + c] + bias[c];
}

void sum_rows(const float* rows, int64_t tokens, int64_t channels, float* to) {
    std::fill_n(to, channels, 0.0f);
    for (int64_t t = 0; t < tokens; t++)
        for (int64_t c = 0; c < channels; c++) to[c] += rows[t * channels + c];
}

// A block's products, with memory for matrices that are turned or filled up.
struct Products {
    const ElementKernels& by;
    int64_t tokens;
    float* room;

    static int64_t size(int64_t channels) { return 4 * whole(channels) * whole(channels); }

    // to[tokens, out] = x weight^T.
    void forward(const float* x, const float* weight, int64_t in, int64_t out, float* to) const {
        by.multiply(tokens, x, in, 1, in, turned(weight, out, in, room), whole(out), out, to, out);
    }

    // to[tokens, in] = gradient weight.
    void backward(const float* gradient, const float* weight, int64_t in, int64_t out, float* to) const {
        by.multiply(tokens, gradient, out, 1, out, filled_up(weight, out, in, room), whole(in), in, to, in);
    }

    // to[out, in] = gradient^T x, the longer side along the vectors.
    void weights(const float* gradient, const float* x, int64_t in, int64_t out, float* to) const {
        if (in >= out) {
            by.multiply(out, gradient, 1, out, tokens, x, in, in, room, whole(in));
            for (int64_t o = 0; o < out; o++) std::copy_n(room + o * whole(in), in, to + o * in);
        } else {
            by.multiply(in, x, 1, in, tokens, gradient, out, out, room, whole(out));
            for (int64_t o = 0; o < out; o++)
                for (int64_t i = 0; i < in; i++) to[o * in + i] = room[i * whole(out) + o];
        }
    }
};

void swin_forward(const ElementKernels& by, const SwinShape& shape, const SwinInput& input, const SwinWeights& weights,
                  const float* bias, const float* masks, float* memory, float* total, float* branch) {
    const int64_t tokens = shape.tokens(), channels = shape.channels();
    Slices own{memory};
    const SwinRoom room(shape, own);
    const int64_t numbers = tokens * channels, map_numbers = shape.padded_tokens() * channels;
    Slices other{scratch({3 * numbers, map_numbers, numbers, Products::size(channels)})};
    float *const wide = other.take(3 * numbers), *const map = other.take(map_numbers),
                 *const narrow = other.take(numbers);
    const Products products{by, tokens, other.take(Products::size(channels))};
    const bool padded = shape.padded != shape.side;

    // Without a branch the sum is added to itself with a factor of 0.
    const float nothing = 0;
    const int64_t each = shape.side * shape.side;
    by.add_and_norm({tokens, channels, input.branch ? each : tokens, shape.epsilon},
                    {weights.gamma, weights.beta, input.branch ? input.branch_factors : &nothing, room.statistics,
                     room.statistics + tokens},
                    input.sum, input.branch ? input.branch : input.sum, room.total, room.normed, 0, tokens);
    products.forward(room.normed, weights.qkv, channels, 3 * channels, padded ? wide : room.qkv);
    if (padded) pad(shape, wide, 3 * channels, room.qkv);
    by.attend(shape.windows(), room.qkv, weights.qkv_bias, bias, masks, padded ? map : room.attended, 0,
              shape.windows().windows());
    if (padded) cut(shape, map, channels, room.attended);
    products.forward(room.attended, weights.proj, channels, channels, narrow);
    add_bias(narrow, weights.proj_bias, tokens, channels, narrow);
    by.add_and_norm({tokens, channels, each, shape.epsilon},
                    {weights.gamma_again, weights.beta_again, input.attention_factors, room.statistics_again,
                     room.statistics_again + tokens},
                    room.total, narrow, total, room.normed_again, 0, tokens);
    products.forward(room.normed_again, weights.fc1, channels, 4 * channels, room.hidden);
    by.bias_gelu(4 * channels, room.hidden, weights.fc1_bias, room.active, 0, tokens);
    products.forward(room.active, weights.fc2, 4 * channels, channels, narrow);
    add_bias(narrow, weights.fc2_bias, tokens, channels, branch);
}

void swin_backward(const ElementKernels& by, const SwinShape& shape, const SwinInput& input, const SwinWeights& weights,
                   const float* bias, const float* masks, float* memory, const float* total,
                   const float* total_gradient, const float* branch_gradient, const SwinGradients& to,
                   float* bias_gradient) {
    const int64_t tokens = shape.tokens(), channels = shape.channels(), numbers = tokens * channels;
    Slices own{memory};
    const SwinRoom room(shape, own);
    const int64_t map_numbers = shape.padded_tokens() * channels;
    Slices other{
        scratch({4 * map_numbers, 4 * map_numbers, map_numbers, numbers, numbers, numbers, Products::size(channels)})};
    float *const wide = other.take(4 * map_numbers), *const wider = other.take(4 * map_numbers),
                 *const map = other.take(map_numbers);
    float *const after = other.take(numbers), *const before = other.take(numbers), *const narrow = other.take(numbers);
    const Products products{by, tokens, other.take(Products::size(channels))};
    const bool padded = shape.padded != shape.side;

    products.backward(branch_gradient, weights.fc2, 4 * channels, channels, wide);
    products.weights(branch_gradient, room.active, 4 * channels, channels, to.fc2);
    sum_rows(branch_gradient, tokens, channels, to.fc2_bias);
    std::fill_n(to.fc1_bias, 4 * channels, 0.0f);
    by.bias_gelu_backward(4 * channels, room.hidden, weights.fc1_bias, wide, wider, to.fc1_bias, 0, tokens);
    products.weights(wider, room.normed_again, channels, 4 * channels, to.fc1);
    products.backward(wider, weights.fc1, channels, 4 * channels, after);
    std::fill_n(to.gamma_again, channels, 0.0f), std::fill_n(to.beta_again, channels, 0.0f);
    const int64_t each = shape.side * shape.side;
    by.add_and_norm_backward({tokens, channels, each, shape.epsilon},
                             {weights.gamma_again, weights.beta_again, input.attention_factors, room.statistics_again,
                              room.statistics_again + tokens},
                             total, total_gradient, after, before, narrow, to.gamma_again, to.beta_again, 0, tokens);
    products.weights(narrow, room.attended, channels, channels, to.proj);
    sum_rows(narrow, tokens, channels, to.proj_bias);
    products.backward(narrow, weights.proj, channels, channels, after);
    std::fill_n(to.qkv_bias, 3 * channels, 0.0f);
    by.attend_backward(shape.windows(), room.qkv, weights.qkv_bias, bias, masks,
                       padded ? pad(shape, after, channels, map) : after, wide, to.qkv_bias, bias_gradient, 0,
                       shape.windows().windows());
    const float* const qkv_gradient = padded ? cut(shape, wide, 3 * channels, wider) : wide;
    products.weights(qkv_gradient, room.normed, channels, 3 * channels, to.qkv);
    products.backward(qkv_gradient, weights.qkv, channels, 3 * channels, after);
    const float nothing = 0;
    std::fill_n(to.gamma, channels, 0.0f), std::fill_n(to.beta, channels, 0.0f);
    by.add_and_norm_backward({tokens, channels, input.branch ? each : tokens, shape.epsilon},
                             {weights.gamma, weights.beta, input.branch ? input.branch_factors : &nothing,
                              room.statistics, room.statistics + tokens},
                             room.total, before, after, to.sum, input.branch ? to.branch : narrow, to.gamma, to.beta, 0,
                             tokens);
}

}  // namespace
}  // namespace mer
