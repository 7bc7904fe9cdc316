// What libmerkernels.so computes, once for each instruction set it is compiled for. Every function does a part of the
// work, from `first` to `last` - 1.
#pragma once
#include <cstdint>

namespace mer {

enum class Element : int32_t { Single = 0, BFloat16 = 1 };

// Windows of `window` x `window` tokens on a map of `side` x `side`, the map shifted cyclically by `shift`; `heads`
// heads of `depth` channels.
// Memory: qkv [images, side, side, 3, heads, depth] and its bias [3, heads, depth], out [images, side, side, heads,
// depth], table [(2 window - 1)^2, heads].
struct WindowShape {
    int64_t images, side, window, shift, heads, depth;
    int64_t area() const { return window * window; }
    int64_t windows_per_axis() const { return side / window; }
    int64_t windows() const { return images * windows_per_axis() * windows_per_axis(); }
    // Queries and keys of a window in whole vectors, whatever the instruction set.
    int64_t bias_side() const { return (area() + 15) / 16 * 16; }
    int64_t bias_size() const { return bias_side() * bias_side(); }
};

constexpr int64_t most_tokens = 64;  // of a window
constexpr int64_t most_depth = 64;   // of a head

// [rows, channels]; a branch's factor holds for `rows_per_factor` rows.
struct ResidualShape {
    int64_t rows, channels, rows_per_factor;
    float epsilon;
};

// gamma, beta: [channels]; factors: [rows / rows_per_factor] or null; means, inverses: [rows], the normalisation's mean
// and 1 / deviation.
struct ResidualNorm {
    const float *gamma, *beta, *factors;
    float *means, *inverses;
};

// A Swin block on maps of `side` x `side` tokens that are padded to `padded` x `padded` for its windows; at most 64
// channels, 8 or a multiple of 16.
struct SwinShape {
    int64_t images, side, padded, window, shift, heads, depth;
    float epsilon;
    int64_t channels() const { return heads * depth; }
    int64_t tokens() const { return images * side * side; }
    int64_t padded_tokens() const { return images * padded * padded; }
    WindowShape windows() const { return {images, padded, window, shift, heads, depth}; }
};

// [tokens, channels] each, and stochastic depth's factors [images] or null; without a branch nothing is added before
// the first normalisation.
struct SwinInput {
    const float *sum, *branch, *branch_factors, *attention_factors;
};

template <class Pointer>
struct SwinParameters {
    Pointer gamma, beta, qkv, qkv_bias, table, proj, proj_bias, gamma_again, beta_again, fc1, fc1_bias, fc2, fc2_bias;
};

using SwinWeights = SwinParameters<const float*>;

// Set, not added to; the branch's is left alone where there is none.
struct SwinGradients : SwinParameters<float*> {
    float *sum, *branch;
};

// images [images, from, height, width], weight [to, from, kernel, kernel], zeros around the images.
struct ConvolutionShape {
    int64_t images, from, to, height, width, kernel, stride, padding;
    int64_t high() const { return (height + 2 * padding - kernel) / stride + 1; }
    int64_t wide() const { return (width + 2 * padding - kernel) / stride + 1; }
    int64_t pixels() const { return high() * wide(); }
    int64_t weights() const { return from * kernel * kernel; }
    // As many images as fill the vectors and leave the cache room for their columns.
    int64_t at_once() const { return pixels() >= 640 ? 1 : 640 / pixels() < images ? 640 / pixels() : images; }
    // Of the columns, in whole vectors with one behind; never a multiple of a page, whose lines would compete for the
    // same places of the cache.
    int64_t row() const { return (at_once() * pixels() + 15) / 16 * 16 + 16; }
    // Numbers that either way needs.
    int64_t room() const {
        return (weights() + 2 * ((to + 15) / 16 * 16)) * row() + weights() * ((to + 15) / 16 * 16) + 16;
    }
};

// [images, channels, plane], planes in multiples of 16.
struct BatchNormShape {
    int64_t images, channels, plane;
    float epsilon, momentum;
};

// The parameter keeps `kept` of itself; the variance's root is divided by `correction`; the mean's correction and the
// rate's sign are in `step`.
struct AdamW {
    float kept, mean_share, variance_kept, variance_share, correction, epsilon, step;
};

using AdamWKernel = void (*)(const AdamW&, float* parameters, const float* gradients, float* means, float* variances,
                             int64_t first, int64_t last);

// A linear layer: x [tokens, inputs], weights [outputs, inputs], gradient [tokens, outputs]; inputs and outputs are
// multiples of 32.
struct LinearShape {
    int64_t tokens, inputs, outputs;
};

constexpr int64_t strip = 64;             // columns that are packed together
constexpr int64_t tokens_at_once = 512;   // packed tokens of a strip fill an eighth of the second cache
constexpr int64_t outputs_at_once = 192;  // packed outputs leave it room for the inputs

// Numbers that a part of a weight gradient needs for itself: packed outputs and inputs.
constexpr int64_t weight_gradient_room(int64_t inputs) {
    return (outputs_at_once + (inputs + strip - 1) / strip * strip) * tokens_at_once / 2;
}

// Square frames of three channels, and what a byte of a channel is multiplied with and moved by.
struct Frames {
    int64_t size;
    float scale[3], shift[3];
};

constexpr int64_t most_frame = 1024;

// A packed frame has four bytes a pixel, the last 1, and a border of zeros: a pixel before, two behind.
constexpr int64_t packed_side(int64_t size) { return size + 3; }
constexpr int64_t packed_bytes(int64_t size) { return 4 * packed_side(size) * packed_side(size); }

struct ElementKernels {
    // bias: [heads, bias_side, bias_side], what is added to the logits, far below zero where there is no key. masks:
    // [4, bias_side, bias_side], the kinds of windows by where they lie (1: last of a row of windows, 2: of a column);
    // null without a shift.
    void (*attend)(const WindowShape&, const void* qkv, const float* qkv_bias, const float* bias, const float* masks,
                   void* out, int64_t first, int64_t last);
    // qkv_bias_gradient: [3, heads, depth], bias_gradient: [heads, bias_side, bias_side], both added to.
    void (*attend_backward)(const WindowShape&, const void* qkv, const float* qkv_bias, const float* bias,
                            const float* masks, const void* out_gradient, void* qkv_gradient, float* qkv_bias_gradient,
                            float* bias_gradient, int64_t first, int64_t last);
    void (*add_and_norm)(const ResidualShape&, const ResidualNorm&, const void* sums, const void* branches,
                         void* totals, void* normed, int64_t first, int64_t last);
    void (*add_and_norm_backward)(const ResidualShape&, const ResidualNorm&, const void* totals,
                                  const void* total_gradient, const void* normed_gradient, void* sum_gradient,
                                  void* branch_gradient, float* gamma_gradient, float* beta_gradient, int64_t first,
                                  int64_t last);
    void (*bias_gelu)(int64_t columns, const void* x, const float* bias, void* y, int64_t first, int64_t last);
    void (*bias_gelu_backward)(int64_t columns, const void* x, const float* bias, const void* y_gradient,
                               void* x_gradient, float* bias_gradient, int64_t first, int64_t last);
    // means, variances: [channels], of the batch, and the running ones, moved towards them by the momentum.
    void (*batch_norm_relu)(const BatchNormShape&, const void* input, const float* gamma, const float* beta,
                            void* output, float* means, float* variances, float* running_means,
                            float* running_variances, int64_t first, int64_t last);
    void (*batch_norm_relu_backward)(const BatchNormShape&, const void* input, const float* gamma, const float* beta,
                                     const float* means, const float* variances, const void* output_gradient,
                                     void* input_gradient, float* gamma_gradient, float* beta_gradient, int64_t first,
                                     int64_t last);
    // Of numbers in single precision, whatever the element.
    AdamWKernel adamw;
    // planar: frames [.., 3, size, size]; rows: two of them for each clip; maps: [clips, 2, 3] from output to input
    // coordinates in -1..1, or null for frames as they are; room: two packed frames of zeros; out: [clips, 2, 3, size,
    // size].
    void (*sample_frames)(const Frames&, const uint8_t* planar, const int64_t* rows, const float* maps, uint8_t* room,
                          float* out, int64_t first, int64_t last);
    // to[rows, columns] = sum over k of a[row * a_row + k * a_k] b[k * b_row + column]; whole vectors of b are read and
    // of `to` written, row after row.
    void (*multiply)(int64_t rows, const float* a, int64_t a_row, int64_t a_k, int64_t units, const float* b,
                     int64_t b_row, int64_t columns, float* to, int64_t to_row);
    // Gradients are set; that of the images and that of the bias may be null.
    void (*convolve)(const ConvolutionShape&, const float* images, const float* weight, const float* bias,
                     float* output, float* room);
    void (*convolve_backward)(const ConvolutionShape&, const float* images, const float* weight,
                              const float* output_gradient, float* image_gradient, float* weight_gradient,
                              float* bias_gradient, float* room);
    // Null where libtorch's product is as good.
    void (*weight_gradient)(const LinearShape&, const void* gradient, const void* x, float* weights,
                            float* bias_gradient, float* room, int64_t first_output, int64_t last_output,
                            int64_t first_input, int64_t last_input);
};

namespace avx2 { extern const ElementKernels single; }
namespace avx512 { extern const ElementKernels single; }
namespace avx512bf16 { extern const ElementKernels single, bfloat16; }

}  // namespace mer
