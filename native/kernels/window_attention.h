// Attention within (shifted) windows, forward and backward: everything between the projection to queries, keys and
// values and the one after, a window and a head at a time, in the processor's cache. The logits are computed again on
// the way back, as in FlashAttention (Dao et al. 2022).
#pragma once
#include "elements.h"
#include "kernels.h"

namespace mer::MER_ISA {
namespace {

constexpr int64_t up(int64_t x, int64_t to) { return (x + to - 1) / to * to; }

// to[rows, 1..4 vectors] = sum over k of a[row * a_row + k * a_k] b[k, ...]; the strides of `a` let it be read across.
template <class E, int Rows, int Vectors>
inline void block(const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b, int64_t b_row, float* to,
                  int64_t to_row) {
    Floats sums[Rows][Vectors];
    for (int r = 0; r < Rows; r++)
        for (int v = 0; v < Vectors; v++) sums[r][v] = Floats{};
    for (int64_t k = 0; k < units; k++) {
        Floats right[Vectors];
        for (int v = 0; v < Vectors; v++) right[v] = load(b + k * b_row + v * width);
        for (int r = 0; r < Rows; r++)
            for (int v = 0; v < Vectors; v++) sums[r][v] = E::add_product(sums[r][v], a[r * a_row + k * a_k], right[v]);
    }
    for (int r = 0; r < Rows; r++)
        for (int v = 0; v < Vectors; v++) store(to + r * to_row + v * width, sums[r][v]);
}

template <class E, int Rows, int Vectors>
inline void row_blocks(int64_t rows, const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b,
                       int64_t b_row, float* to, int64_t to_row) {
    for (; rows >= Rows; rows -= Rows, a += Rows * a_row, to += Rows * to_row)
        block<E, Rows, Vectors>(a, a_row, a_k, units, b, b_row, to, to_row);
    if constexpr (Rows > 1)
        if (rows > 0) row_blocks<E, Rows / 2, Vectors>(rows, a, a_row, a_k, units, b, b_row, to, to_row);
}

template <class E>
void product(int64_t rows, const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b, int64_t columns,
             float* to) {
    // As many sums as the registers hold besides a row of b.
#ifdef __AVX512F__
    constexpr int four = 6, two = 12;
#else
    constexpr int four = 2, two = 4;
#endif
    int64_t c = 0;
    for (; c + 4 * width <= columns; c += 4 * width)
        row_blocks<E, four, 4>(rows, a, a_row, a_k, units, b + c, columns, to + c, columns);
    for (; c + 2 * width <= columns; c += 2 * width)
        row_blocks<E, two, 2>(rows, a, a_row, a_k, units, b + c, columns, to + c, columns);
    for (; c < columns; c += width) row_blocks<E, two, 1>(rows, a, a_row, a_k, units, b + c, columns, to + c, columns);
}

// to[units, tokens] = x[tokens, depth] with its units along the depth.
template <class E>
void transpose(const typename E::Number* x, int64_t tokens, int64_t depth, float* to) {
    const auto units = reinterpret_cast<const float*>(x);
    const int64_t count = depth / E::per_unit;
    for (int64_t t = 0; t < tokens; t += width)
        for (int64_t u = 0; u < count; u += width)
            transpose_block<Floats>(units + t * count + u, count, to + u * tokens + t, tokens);
}

constexpr int64_t square = most_tokens * most_tokens, slice = most_tokens * most_depth;

template <class E>
struct alignas(64) Room {
    typename E::Number q[slice], k[slice], v[slice], o[slice];
    float across[slice], pairs[slice], result[slice];
    float logits[square], gradients[square], elements[square];
    float sums[most_tokens];
    int64_t tokens, depth;

    // What fills vectors up stays zero as long as the sizes do.
    void clear_for(const WindowShape& shape) {
        if (tokens == shape.area() && depth == shape.depth) return;
        memset(this, 0, sizeof *this);
        tokens = shape.area(), depth = shape.depth;
    }
};

// One window: where its tokens lie, and its sizes filled up with zeros to whole vectors.
struct Window {
    int64_t tokens, padded_tokens, depth, padded_depth;
    int64_t places[most_tokens];
    int kind;
};

template <class E>
Window sizes(const WindowShape& shape) {
    return {shape.area(), up(shape.area(), width), shape.depth, up(shape.depth, width * E::per_unit), {}, 0};
}

void locate(const WindowShape& shape, int64_t index, Window& window) {
    const int64_t axis = shape.windows_per_axis(), image = index / (axis * axis), row = index / axis % axis,
                  column = index % axis;
    for (int64_t r = 0, t = 0; r < shape.window; r++) {
        for (int64_t c = 0; c < shape.window; c++, t++) {
            const int64_t y = (row * shape.window + r + shape.shift) % shape.side,
                          x = (column * shape.window + c + shape.shift) % shape.side;
            window.places[t] = (image * shape.side + y) * shape.side + x;
        }
    }
    window.kind = (column == axis - 1 ? 1 : 0) + (row == axis - 1 ? 2 : 0);
}

// A head's part of every token, [padded tokens, padded depth].
template <class E>
void gather(const Window& window, const typename E::Number* from, int64_t stride, typename E::Number* to) {
    for (int64_t t = 0; t < window.tokens; t++)
        copy(to + t * window.padded_depth, from + window.places[t] * stride, window.depth * sizeof(typename E::Number));
}

// The same plus a bias.
template <class E>
void gather(const Window& window, const typename E::Number* from, int64_t stride, const float* bias,
            typename E::Number* to) {
    for (int64_t t = 0; t < window.tokens; t++)
        E::add(from + window.places[t] * stride, bias, window.depth, to + t * window.padded_depth);
}

// Has a share of a window's memory brought nearer while another window is computed: the processor does not foresee
// where the tokens lie.
void fetch_share(const Window& window, const void* from, int64_t token_bytes, int64_t share, int64_t shares) {
    for (int64_t t = window.tokens * share / shares; t < window.tokens * (share + 1) / shares; t++)
        fetch(static_cast<const char*>(from) + window.places[t] * token_bytes, token_bytes);
}

template <class E>
void scatter(const Window& window, const float* from, const float* factors, typename E::Number* to, int64_t stride) {
    for (int64_t t = 0; t < window.tokens; t++)
        E::write(from + t * window.padded_depth, factors[t], window.depth, to + window.places[t] * stride);
}

// The same with one factor, and the sums over the tokens.
template <class E>
void scatter(const Window& window, const float* from, float factor, typename E::Number* to, int64_t stride,
             float* sums) {
    for (int64_t t = 0; t < window.tokens; t++)
        E::write(from + t * window.padded_depth, factor, window.depth, to + window.places[t] * stride);
    for (int64_t c = 0; c < window.depth; c += width) {
        Floats total = {};
        for (int64_t t = 0; t < window.tokens; t++) total += load(from + t * window.padded_depth + c);
        for (int64_t i = 0; i < width && c + i < window.depth; i++) sums[c + i] += total[i] * factor;
    }
}

// logits -> e^(scale * logits + bias + mask - the row's largest); sums gets each row's sum.
void weigh(const Window& window, float scale, const float* bias, const float* mask, int64_t bias_side, float* logits,
           float* sums) {
    for (int64_t t = 0; t < window.tokens; t++) {
        float* row = logits + t * window.padded_tokens;
        const float* extra = bias + t * bias_side;
        Floats most = all(-1e38f), total = {};
        for (int64_t c = 0; c < window.padded_tokens; c += width) {
            Floats x = load(row + c) * all(scale) + load(extra + c);
            if (mask) x += load(mask + t * bias_side + c);
            most = larger(most, x);
            store(row + c, x);
        }
        const Floats top = largest(most);
        for (int64_t c = 0; c < window.padded_tokens; c += width) {
            const Floats x = exponential(load(row + c) - top);
            total += x;
            store(row + c, x);
        }
        sums[t] = sum(total)[0];
    }
}

// to[tokens, tokens] = a[tokens, depth] b[tokens, depth]^T.
template <class E>
void compare(Room<E>& room, const Window& window, const typename E::Number* a, const typename E::Number* b, float* to) {
    transpose<E>(b, window.padded_tokens, window.padded_depth, room.across);
    product<E>(window.tokens, reinterpret_cast<const float*>(a), window.padded_depth / E::per_unit, 1,
               up(window.depth, E::per_unit) / E::per_unit, room.across, window.padded_tokens, to);
}

// to[tokens, depth] = w[tokens, tokens] x[tokens, depth].
template <class E>
void mix(Room<E>& room, const Window& window, const float* w, const typename E::Number* x, float* to) {
    const auto rows = reinterpret_cast<const float*>(E::rows(w, window.tokens, window.padded_tokens, room.elements));
    product<E>(window.tokens, rows, window.padded_tokens / E::per_unit, 1, up(window.tokens, E::per_unit) / E::per_unit,
               E::pair(x, window.tokens, window.padded_depth, room.pairs), window.padded_depth, to);
}

// to[tokens, depth] = w^T x.
template <class E>
void mix_back(Room<E>& room, const Window& window, const float* w, const typename E::Number* x, float* to) {
    product<E>(window.tokens, E::down(w, window.tokens, window.padded_tokens, room.elements), 1, window.padded_tokens,
               up(window.tokens, E::per_unit) / E::per_unit, E::pair(x, window.tokens, window.padded_depth, room.pairs),
               window.padded_depth, to);
}

float scale_of(const WindowShape& shape) { return 1 / __builtin_sqrtf((float)shape.depth); }

// Calls todo(window, the window after it, its mask or null, head) for every head of windows first .. last - 1.
template <class E, class Todo>
void each_head(const WindowShape& shape, const float* masks, int64_t first, int64_t last, Todo todo) {
    Window window = sizes<E>(shape), next = window;
    locate(shape, first, next);
    for (int64_t index = first; index < last; index++) {
        window = next;
        if (index + 1 < last) locate(shape, index + 1, next);
        const float* mask = masks && window.kind ? masks + window.kind * shape.bias_size() : nullptr;
        for (int64_t head = 0; head < shape.heads; head++) todo(window, next, mask, head);
    }
}

// A head's queries, keys and values, and what their comparison weighs.
template <class E>
void weigh_head(Room<E>& room, const WindowShape& shape, const Window& window, const void* qkv, const float* qkv_bias,
                const float* bias, const float* mask, int64_t head) {
    const int64_t channels = shape.heads * shape.depth, start = head * shape.depth;
    typename E::Number* const parts[] = {room.q, room.k, room.v};
    for (int64_t part = 0; part < 3; part++)
        gather<E>(window, static_cast<const typename E::Number*>(qkv) + part * channels + start, 3 * channels,
                  qkv_bias + part * channels + start, parts[part]);
    compare<E>(room, window, room.q, room.k, room.logits);
    weigh(window, scale_of(shape), bias + head * shape.bias_size(), mask, shape.bias_side(), room.logits, room.sums);
}

template <class E>
void attend(const WindowShape& shape, const void* qkv, const float* qkv_bias, const float* bias, const float* masks,
            void* out, int64_t first, int64_t last) {
    static thread_local Room<E> room;
    room.clear_for(shape);
    const int64_t channels = shape.heads * shape.depth, bytes = channels * sizeof(typename E::Number);
    each_head<E>(shape, masks, first, last, [&](const Window& window, const Window& next, const float* mask,
                                                int64_t head) {
        fetch_share(next, qkv, 3 * bytes, head, shape.heads);
        fetch_share(next, out, bytes, head, shape.heads);
        weigh_head<E>(room, shape, window, qkv, qkv_bias, bias, mask, head);
        mix<E>(room, window, room.logits, room.v, room.result);
        for (int64_t t = 0; t < window.tokens; t++) room.sums[t] = 1 / room.sums[t];
        scatter<E>(window, room.result, room.sums,
                   static_cast<typename E::Number*>(out) + head * shape.depth, channels);
    });
}

// With P the attention and dP = dO V^T: the logits' gradient is P (dP - the row's sum of P dP).
void through_softmax(const Window& window, const float* sums, float* weights, float* gradients, float* bias_gradient,
                     int64_t bias_side) {
    for (int64_t t = 0; t < window.tokens; t++) {
        float* p = weights + t * window.padded_tokens;
        float* g = gradients + t * window.padded_tokens;
        float* b = bias_gradient + t * bias_side;
        const Floats inverse = all(1 / sums[t]);
        Floats dot = {};
        for (int64_t c = 0; c < window.padded_tokens; c += width) {
            const Floats x = load(p + c) * inverse;
            store(p + c, x);
            dot += x * load(g + c);
        }
        const Floats mean = sum(dot);
        for (int64_t c = 0; c < window.padded_tokens; c += width) {
            const Floats x = load(p + c) * (load(g + c) - mean);
            store(g + c, x);
            store(b + c, load(b + c) + x);
        }
    }
}

template <class E>
void attend_backward(const WindowShape& shape, const void* qkv, const float* qkv_bias, const float* bias,
                     const float* masks, const void* out_gradient, void* qkv_gradient, float* qkv_bias_gradient,
                     float* bias_gradient, int64_t first, int64_t last) {
    static thread_local Room<E> room;
    room.clear_for(shape);
    const int64_t channels = shape.heads * shape.depth, bytes = channels * sizeof(typename E::Number);
    const float scale = scale_of(shape);
    each_head<E>(shape, masks, first, last, [&](const Window& window, const Window& next, const float* mask,
                                                int64_t head) {
        fetch_share(next, qkv, 3 * bytes, head, shape.heads);
        fetch_share(next, out_gradient, bytes, head, shape.heads);
        fetch_share(next, qkv_gradient, 3 * bytes, head, shape.heads);
        weigh_head<E>(room, shape, window, qkv, qkv_bias, bias, mask, head);

        gather<E>(window, static_cast<const typename E::Number*>(out_gradient) + head * shape.depth, channels, room.o);
        compare<E>(room, window, room.o, room.v, room.gradients);
        through_softmax(window, room.sums, room.logits, room.gradients,
                        bias_gradient + head * shape.bias_size(), shape.bias_side());

        const auto to = static_cast<typename E::Number*>(qkv_gradient) + head * shape.depth;
        float* sums = qkv_bias_gradient + head * shape.depth;
        mix_back<E>(room, window, room.logits, room.o, room.result);
        scatter<E>(window, room.result, 1, to + 2 * channels, 3 * channels, sums + 2 * channels);
        mix<E>(room, window, room.gradients, room.k, room.result);
        scatter<E>(window, room.result, scale, to, 3 * channels, sums);
        mix_back<E>(room, window, room.gradients, room.q, room.result);
        scatter<E>(window, room.result, scale, to + channels, 3 * channels, sums + channels);
    });
}

}  // namespace
}  // namespace mer::MER_ISA
