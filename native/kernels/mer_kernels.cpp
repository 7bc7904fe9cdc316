// The C functions of libmerkernels.so: which instruction set, which thread does what.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>
#include "kernels.h"
#include "swin_block.h"

using namespace mer;

namespace {

using Parallel = void (*)(void (*)(void*), void*, unsigned, unsigned);
std::atomic<Parallel> gomp_parallel{nullptr};

// Instruction sets, each with all before it.
enum Instructions { None, Avx2, Avx512, Avx512BFloat16 };

Instructions of_processor() {
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return None;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return Avx2;
    return __builtin_cpu_supports("avx512bf16") ? Avx512BFloat16 : Avx512;
}

// libtorch's own variable limits these kernels too, so that one processor can compute another's numbers.
Instructions asked_for() {
    const char* text = std::getenv("ATEN_CPU_CAPABILITY");
    const std::string_view most = text ? text : "";
    return most == "default" ? None : most == "avx2" ? Avx2 : Avx512BFloat16;
}

const Instructions available = std::min(of_processor(), asked_for());
thread_local Instructions most = Avx512BFloat16;

Instructions instructions() { return most < available ? most : available; }

const ElementKernels* kernels(int32_t element) {
    if (Element(element) == Element::BFloat16)
        return instructions() == Avx512BFloat16 ? &avx512bf16::bfloat16 : nullptr;
    switch (instructions()) {
        case Avx2: return &avx2::single;
        case Avx512: return &avx512::single;
        case Avx512BFloat16: return &avx512bf16::single;
        default: return nullptr;
    }
}

// Calls work(part, first, last) for `parts` equal parts of 0 .. count - 1, on libtorch's own threads where there are
// several.
template <class Work>
void split(int64_t count, int64_t parts, const Work& work) {
    struct Job {
        const Work& work;
        int64_t count, parts;
        std::atomic<int64_t> next{0};
        static void run(void* argument) {
            auto& job = *static_cast<Job*>(argument);
            for (int64_t part; (part = job.next++) < job.parts;)
                job.work(part, job.count * part / job.parts, job.count * (part + 1) / job.parts);
        }
    } job{work, count, parts};
    const Parallel parallel = gomp_parallel;
    if (parts > 1 && parallel) parallel(Job::run, &job, (unsigned)parts, 0);
    else Job::run(&job);
}

// One part a thread, fewer where a part would not be worth waking a thread for: small networks then give the same
// whatever the number of threads.
int64_t parts_of(int64_t count, int64_t numbers, int64_t threads) {
    const int64_t worth = numbers / 131072 + 1, most = worth < count ? worth : count;
    return threads < 1 || most < 1 ? 1 : threads < most ? threads : most;
}

// Adds what the parts have summed apart.
void join(const std::vector<float>& sums, int64_t parts, int64_t from, int64_t size, float* to) {
    for (int64_t i = 0; i < size; i++) to[i] = 0;
    for (int64_t part = 0; part < parts; part++)
        for (int64_t i = 0; i < size; i++) to[i] += sums[part * (int64_t)sums.size() / parts + from + i];
}

// Row of the bias table for a query and a key of a window.
int64_t table_row(int64_t window, int64_t query, int64_t key) {
    return (query / window - key / window + window - 1) * (2 * window - 1) + query % window - key % window + window - 1;
}

std::vector<float> spread(const WindowShape& shape, const float* table) {
    std::vector<float> bias(shape.heads * shape.bias_size(), -1e30f);
    for (int64_t head = 0; head < shape.heads; head++)
        for (int64_t i = 0; i < shape.area(); i++)
            for (int64_t j = 0; j < shape.area(); j++)
                bias[head * shape.bias_size() + i * shape.bias_side() + j] =
                    table[table_row(shape.window, i, j) * shape.heads + head];
    return bias;
}

// The way back: the table's gradient from that of [heads, bias_side, bias_side].
void gather(const WindowShape& shape, const float* squares, float* table_gradient) {
    std::fill_n(table_gradient, (2 * shape.window - 1) * (2 * shape.window - 1) * shape.heads, 0.0f);
    for (int64_t head = 0; head < shape.heads; head++)
        for (int64_t i = 0; i < shape.area(); i++)
            for (int64_t j = 0; j < shape.area(); j++)
                table_gradient[table_row(shape.window, i, j) * shape.heads + head] +=
                    squares[head * shape.bias_size() + i * shape.bias_side() + j];
}

// What a shift forbids, -100 (Liu et al. 2021, section 3.2, and its code), for windows that lie last in a row (1), a
// column (2) or both (3).
std::vector<float> forbid(const WindowShape& shape) {
    if (shape.shift == 0) return {};
    std::vector<float> masks(4 * shape.bias_size(), 0.0f);
    // In the last window of an axis the positions behind the shift have come in from the other edge.
    const auto region = [&](int64_t kind, int64_t token) {
        const int64_t from = shape.window - shape.shift;
        return (kind & 1 && token % shape.window >= from ? 1 : 0) + (kind & 2 && token / shape.window >= from ? 2 : 0);
    };
    for (int64_t kind = 1; kind < 4; kind++)
        for (int64_t i = 0; i < shape.area(); i++)
            for (int64_t j = 0; j < shape.area(); j++)
                if (region(kind, i) != region(kind, j))
                    masks[kind * shape.bias_size() + i * shape.bias_side() + j] = -100;
    return masks;
}

int64_t window_parts(const WindowShape& shape, int64_t threads) {
    return parts_of(shape.windows(), 3 * shape.windows() * shape.area() * shape.heads * shape.depth, threads);
}

}  // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

// Counts the changes of these functions; KernelLibrary.cs takes only the library of its own count.
EXPORT int32_t mer_kernels_version() { return 2; }

// Has work split over the threads of the caller's OpenMP, by its GOMP_parallel; without, everything happens on the
// calling thread.
EXPORT void mer_kernels_use_openmp(void* parallel) { gomp_parallel = reinterpret_cast<Parallel>(parallel); }

// The instruction set that computes with an element: avx2, avx512, avx512_bf16, or null where this processor has none
// that would.
EXPORT const char* mer_kernels_instructions(int32_t element) {
    static const char* const names[] = {nullptr, "avx2", "avx512", "avx512_bf16"};
    return kernels(element) ? names[instructions()] : nullptr;
}

// Has the calling thread do with fewer instructions than the processor has: 0 none, 1 avx2, 2 avx512, 3 avx512_bf16.
EXPORT void mer_kernels_limit(int32_t to) { most = Instructions(to); }

// 1 if windows of this shape and element can be computed here; likewise below.
EXPORT int32_t mer_window_attention_fits(const WindowShape* shape, int32_t element) {
    return kernels(element) && shape->area() <= most_tokens && shape->depth <= most_depth && shape->depth % 2 == 0 &&
           shape->side % shape->window == 0;
}

EXPORT void mer_window_attention_forward(const WindowShape* shape, int32_t element, const void* qkv,
                                         const float* qkv_bias, const float* table, void* out, int64_t threads) {
    const auto bias = spread(*shape, table), masks = forbid(*shape);
    const auto attend = kernels(element)->attend;
    split(shape->windows(), window_parts(*shape, threads), [&](int64_t, int64_t first, int64_t last) {
        attend(*shape, qkv, qkv_bias, bias.data(), masks.empty() ? nullptr : masks.data(), out, first, last);
    });
}

// Gradients are set, not added to; likewise below.
EXPORT void mer_window_attention_backward(const WindowShape* shape, int32_t element, const void* qkv,
                                          const float* qkv_bias, const float* table, const void* out_gradient,
                                          void* qkv_gradient, float* qkv_bias_gradient, float* table_gradient,
                                          int64_t threads) {
    const auto bias = spread(*shape, table), masks = forbid(*shape);
    const int64_t parts = window_parts(*shape, threads), channels = 3 * shape->heads * shape->depth,
                  size = channels + shape->heads * shape->bias_size();
    std::vector<float> sums(parts * size, 0.0f), squares(shape->heads * shape->bias_size());
    const auto attend_backward = kernels(element)->attend_backward;
    split(shape->windows(), parts, [&](int64_t part, int64_t first, int64_t last) {
        float* own = sums.data() + part * size;
        attend_backward(*shape, qkv, qkv_bias, bias.data(), masks.empty() ? nullptr : masks.data(), out_gradient,
                        qkv_gradient, own, own + channels, first, last);
    });
    join(sums, parts, 0, channels, qkv_bias_gradient);
    join(sums, parts, channels, shape->heads * shape->bias_size(), squares.data());
    gather(*shape, squares.data(), table_gradient);
}

EXPORT int32_t mer_residual_norm_fits(int64_t channels, int32_t element) {
    return kernels(element) && channels % (Element(element) == Element::BFloat16 ? 16 : 4) == 0;
}

EXPORT void mer_residual_norm_forward(const ResidualShape* shape, const ResidualNorm* with, int32_t element,
                                      const void* sums, const void* branches, void* totals, void* normed,
                                      int64_t threads) {
    const auto add_and_norm = kernels(element)->add_and_norm;
    split(shape->rows, parts_of(shape->rows, shape->rows * shape->channels, threads),
          [&](int64_t, int64_t first, int64_t last) {
              add_and_norm(*shape, *with, sums, branches, totals, normed, first, last);
          });
}

EXPORT void mer_residual_norm_backward(const ResidualShape* shape, const ResidualNorm* with, int32_t element,
                                       const void* totals, const void* total_gradient, const void* normed_gradient,
                                       void* sum_gradient, void* branch_gradient, float* gamma_gradient,
                                       float* beta_gradient, int64_t threads) {
    const int64_t parts = parts_of(shape->rows, shape->rows * shape->channels, threads), channels = shape->channels;
    std::vector<float> sums(parts * 2 * channels, 0.0f);
    const auto add_and_norm_backward = kernels(element)->add_and_norm_backward;
    split(shape->rows, parts, [&](int64_t part, int64_t first, int64_t last) {
        float* own = sums.data() + part * 2 * channels;
        add_and_norm_backward(*shape, *with, totals, total_gradient, normed_gradient, sum_gradient, branch_gradient,
                              own, own + channels, first, last);
    });
    join(sums, parts, 0, channels, gamma_gradient);
    join(sums, parts, channels, channels, beta_gradient);
}

EXPORT int32_t mer_swin_block_fits(const SwinShape* shape) {
    const int64_t channels = shape->channels();
    const WindowShape windows = shape->windows();
    return (channels == 8 || channels % 16 == 0) && channels <= 64 &&
           mer_window_attention_fits(&windows, (int32_t)Element::Single);
}

// Numbers that the way forward keeps for the way back.
EXPORT int64_t mer_swin_block_room(const SwinShape* shape) { return SwinRoom::size(*shape); }

EXPORT void mer_swin_block_forward(const SwinShape* shape, const SwinInput* input, const SwinWeights* weights,
                                   float* room, float* total, float* branch) {
    const auto bias = spread(shape->windows(), weights->table), masks = forbid(shape->windows());
    swin_forward(*kernels((int32_t)Element::Single), *shape, *input, *weights, bias.data(),
                 masks.empty() ? nullptr : masks.data(), room, total, branch);
}

EXPORT void mer_swin_block_backward(const SwinShape* shape, const SwinInput* input, const SwinWeights* weights,
                                    float* room, const float* total, const float* total_gradient,
                                    const float* branch_gradient, const SwinGradients* gradients) {
    const auto windows = shape->windows();
    const auto bias = spread(windows, weights->table), masks = forbid(windows);
    std::vector<float> squares(windows.heads * windows.bias_size(), 0.0f);
    swin_backward(*kernels((int32_t)Element::Single), *shape, *input, *weights, bias.data(),
                  masks.empty() ? nullptr : masks.data(), room, total, total_gradient, branch_gradient, *gradients,
                  squares.data());
    gather(windows, squares.data(), gradients->table);
}

EXPORT int32_t mer_convolution_fits(const ConvolutionShape* shape) {
    return instructions() != None && shape->from <= 64 && shape->to <= 64 &&
           std::min(shape->height, shape->width) + 2 * shape->padding >= shape->kernel && shape->pixels() <= 1024;
}

EXPORT void mer_convolution_forward(const ConvolutionShape* shape, const float* images, const float* weight,
                                    const float* bias, float* output) {
    kernels((int32_t)Element::Single)->convolve(*shape, images, weight, bias, output, scratch({shape->room()}));
}

EXPORT void mer_convolution_backward(const ConvolutionShape* shape, const float* images, const float* weight,
                                     const float* output_gradient, float* image_gradient, float* weight_gradient,
                                     float* bias_gradient) {
    kernels((int32_t)Element::Single)
        ->convolve_backward(*shape, images, weight, output_gradient, image_gradient, weight_gradient, bias_gradient,
                            scratch({shape->room()}));
}

EXPORT int32_t mer_bias_gelu_fits(int64_t columns, int32_t element) { return kernels(element) && columns % 16 == 0; }

EXPORT void mer_bias_gelu_forward(int64_t rows, int64_t columns, int32_t element, const void* x, const float* bias,
                                  void* y, int64_t threads) {
    const auto bias_gelu = kernels(element)->bias_gelu;
    split(rows, parts_of(rows, rows * columns, threads), [&](int64_t, int64_t first, int64_t last) {
        bias_gelu(columns, x, bias, y, first, last);
    });
}

EXPORT void mer_bias_gelu_backward(int64_t rows, int64_t columns, int32_t element, const void* x, const float* bias,
                                   const void* y_gradient, void* x_gradient, float* bias_gradient, int64_t threads) {
    const int64_t parts = parts_of(rows, rows * columns, threads);
    std::vector<float> sums(parts * columns, 0.0f);
    const auto bias_gelu_backward = kernels(element)->bias_gelu_backward;
    split(rows, parts, [&](int64_t part, int64_t first, int64_t last) {
        bias_gelu_backward(columns, x, bias, y_gradient, x_gradient, sums.data() + part * columns, first, last);
    });
    join(sums, parts, 0, columns, bias_gradient);
}

EXPORT int32_t mer_weight_gradient_fits(int64_t inputs, int64_t outputs, int32_t element) {
    return kernels(element) && kernels(element)->weight_gradient && inputs % 32 == 0 && outputs % 32 == 0;
}

// bias_gradient may be null.
EXPORT void mer_weight_gradient(const LinearShape* shape, int32_t element, const void* gradient, const void* x,
                                float* weights, float* bias_gradient, int64_t threads) {
    // Parts of the longer side, because each packs the whole of the other.
    const bool by_output = shape->outputs >= shape->inputs;
    const int64_t blocks = (by_output ? shape->outputs : shape->inputs) / 32;
    const int64_t parts = parts_of(blocks, shape->tokens * (shape->inputs + shape->outputs), threads),
                  size = weight_gradient_room(shape->inputs);
    const std::unique_ptr<float[]> room(new float[parts * size]);
    if (bias_gradient) std::fill_n(bias_gradient, shape->outputs, 0.0f);
    const auto weight_gradient = kernels(element)->weight_gradient;
    split(blocks, parts, [&](int64_t part, int64_t first, int64_t last) {
        float* own = room.get() + part * size;
        if (by_output)
            weight_gradient(*shape, gradient, x, weights, bias_gradient, own, 32 * first, 32 * last, 0, shape->inputs);
        else
            weight_gradient(*shape, gradient, x, weights, part == 0 ? bias_gradient : nullptr, own, 0, shape->outputs,
                            32 * first, 32 * last);
    });
}

EXPORT int32_t mer_batch_norm_relu_fits(int64_t plane, int32_t element) { return kernels(element) && plane % 16 == 0; }

EXPORT void mer_batch_norm_relu_forward(const BatchNormShape* shape, int32_t element, const void* input,
                                        const float* gamma, const float* beta, void* output, float* means,
                                        float* variances, float* running_means, float* running_variances,
                                        int64_t threads) {
    const auto batch_norm_relu = kernels(element)->batch_norm_relu;
    split(shape->channels, parts_of(shape->channels, shape->images * shape->channels * shape->plane, threads),
          [&](int64_t, int64_t first, int64_t last) {
              batch_norm_relu(*shape, input, gamma, beta, output, means, variances, running_means, running_variances,
                              first, last);
          });
}

EXPORT void mer_batch_norm_relu_backward(const BatchNormShape* shape, int32_t element, const void* input,
                                         const float* gamma, const float* beta, const float* means,
                                         const float* variances, const void* output_gradient, void* input_gradient,
                                         float* gamma_gradient, float* beta_gradient, int64_t threads) {
    const auto batch_norm_relu_backward = kernels(element)->batch_norm_relu_backward;
    split(shape->channels, parts_of(shape->channels, shape->images * shape->channels * shape->plane, threads),
          [&](int64_t, int64_t first, int64_t last) {
              batch_norm_relu_backward(*shape, input, gamma, beta, means, variances, output_gradient, input_gradient,
                                       gamma_gradient, beta_gradient, first, last);
          });
}

EXPORT int32_t mer_frames_fit(int64_t size) { return instructions() != None && size <= most_frame; }

EXPORT void mer_frames_sample(const Frames* frames, const uint8_t* planar, const int64_t* rows, const float* maps,
                              int64_t clips, float* out, int64_t threads) {
    const int64_t parts = parts_of(clips, 6 * clips * frames->size * frames->size, threads),
                  size = 2 * packed_bytes(frames->size);
    const std::unique_ptr<uint8_t[]> room(new uint8_t[parts * size]());
    const auto sample_frames = kernels((int32_t)Element::Single)->sample_frames;
    split(clips, parts, [&](int64_t part, int64_t first, int64_t last) {
        sample_frames(*frames, planar, rows, maps, room.get() + part * size, out, first, last);
    });
}

EXPORT int32_t mer_adamw_fits() { return instructions() != None; }

EXPORT void mer_adamw(const AdamW* by, float* parameters, const float* gradients, float* means, float* variances,
                      int64_t count, int64_t threads) {
    const AdamWKernel update = kernels((int32_t)Element::Single)->adamw;
    split(count, parts_of(count, count, threads), [&](int64_t, int64_t first, int64_t last) {
        update(*by, parameters, gradients, means, variances, first, last);
    });
}
