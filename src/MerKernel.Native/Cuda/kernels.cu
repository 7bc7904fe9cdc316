// What a training step does between its products, in one pass each, for GPUs from compute capability 8.0 on. Compiled
// by NVRTC when it is first needed, so it includes nothing. Numbers of the network are bfloat16, statistics, parameters
// and sums are 32-bit. Tests run it on a processor (emulation.h there).

typedef unsigned int uint32;
typedef unsigned short bf16;  // its bits

#ifndef EMULATED
#define SHARED __shared__
struct alignas(16) Four { uint32 x, y, z, w; };
struct alignas(8) Two { uint32 x, y; };

// Two numbers rounded to bfloat16, the first in the lower half.
__device__ __forceinline__ uint32 pack(float low, float high) {
  uint32 packed;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(packed) : "f"(high), "f"(low));
  return packed;
}

// c[16, 8] += a[16, 16] b[16, 8] over the lanes of a warp (PTX mma.m16n8k16).
__device__ __forceinline__ void mma(float (&c)[4], const uint32 (&a)[4], uint32 b0, uint32 b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ float exchange(float x, int lane) { return __shfl_xor_sync(0xffffffffu, x, lane); }
#endif

__device__ __forceinline__ float low(uint32 two) { return __uint_as_float(two << 16); }
__device__ __forceinline__ float high(uint32 two) { return __uint_as_float(two & 0xffff0000u); }
__device__ __forceinline__ uint32 both(bf16 first, bf16 second) { return (uint32)first | ((uint32)second << 16); }

__device__ __forceinline__ float warp_sum(float x) {
  for (int lane = 16; lane > 0; lane /= 2) x += exchange(x, lane);
  return x;
}

// ---- Residual sum and layer normalisation: total = sum + factor * branch, normed = LayerNorm(total);
// a warp a row ----

struct NormShape { int rows, rows_per_factor; float epsilon; };

template <int Parts>  // of 128 channels
__device__ __forceinline__ void load_row(const bf16* from, long row, int lane, float (&to)[4 * Parts]) {
  for (int p = 0; p < Parts; p++) {
    const Two two = reinterpret_cast<const Two*>(from + row * 128 * Parts)[p * 32 + lane];
    to[4 * p] = low(two.x), to[4 * p + 1] = high(two.x), to[4 * p + 2] = low(two.y), to[4 * p + 3] = high(two.y);
  }
}

template <int Parts>
__device__ __forceinline__ void store_row(bf16* to, long row, int lane, const float (&from)[4 * Parts]) {
  for (int p = 0; p < Parts; p++)
    reinterpret_cast<Two*>(to + row * 128 * Parts)[p * 32 + lane] = {pack(from[4 * p], from[4 * p + 1]),
                                                                     pack(from[4 * p + 2], from[4 * p + 3])};
}

template <int Parts>
__device__ __forceinline__ void add_norm(NormShape shape, const bf16* sum, const bf16* branch, const float* factors,
                                         const float* gamma, const float* beta, bf16* total, bf16* normed, float* means,
                                         float* inverses) {
  const int lane = threadIdx.x % 32, warps = blockDim.x / 32;
  for (long row = (long)blockIdx.x * warps + threadIdx.x / 32; row < shape.rows; row += (long)gridDim.x * warps) {
    float x[4 * Parts], b[4 * Parts];
    load_row<Parts>(sum, row, lane, x);
    load_row<Parts>(branch, row, lane, b);
    const float factor = factors ? factors[row / shape.rows_per_factor] : 1;
    float mean = 0, variance = 0;
    for (int i = 0; i < 4 * Parts; i += 2) {
      const uint32 rounded = pack(x[i] + factor * b[i], x[i + 1] + factor * b[i + 1]);  // as it is stored
      x[i] = low(rounded), x[i + 1] = high(rounded);
      mean += x[i] + x[i + 1];
    }
    store_row<Parts>(total, row, lane, x);
    mean = warp_sum(mean) / (128 * Parts);
    for (int i = 0; i < 4 * Parts; i++) variance += (x[i] - mean) * (x[i] - mean);
    const float inverse = rsqrtf(warp_sum(variance) / (128 * Parts) + shape.epsilon);
    for (int p = 0; p < Parts; p++)
      for (int i = 0; i < 4; i++) {
        const int channel = (p * 32 + lane) * 4 + i;
        x[4 * p + i] = (x[4 * p + i] - mean) * inverse * gamma[channel] + beta[channel];
      }
    store_row<Parts>(normed, row, lane, x);
    if (lane == 0) means[row] = mean, inverses[row] = inverse;
  }
}

// parts[blocks, 2, channels] receives each block's share of the gradients of gamma and beta. At most 8 warps a block.
template <int Parts>
__device__ __forceinline__ void add_norm_back(NormShape shape, const bf16* total, const bf16* total_gradient,
                                              const bf16* normed_gradient, const float* factors, const float* gamma,
                                              const float* means, const float* inverses, bf16* sum_gradient,
                                              bf16* branch_gradient, float* parts, float* room) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32, channels = 128 * Parts;
  float for_gamma[4 * Parts], for_beta[4 * Parts];
  for (int i = 0; i < 4 * Parts; i++) for_gamma[i] = for_beta[i] = 0;
  for (long row = (long)blockIdx.x * warps + warp; row < shape.rows; row += (long)gridDim.x * warps) {
    float x[4 * Parts], g[4 * Parts], t[4 * Parts];
    load_row<Parts>(total, row, lane, x);
    load_row<Parts>(normed_gradient, row, lane, g);
    load_row<Parts>(total_gradient, row, lane, t);
    const float mean = means[row], inverse = inverses[row];
    float of_g = 0, of_both = 0;
    for (int p = 0; p < Parts; p++)
      for (int i = 4 * p; i < 4 * p + 4; i++) {
        x[i] = (x[i] - mean) * inverse;
        for_gamma[i] += g[i] * x[i];
        for_beta[i] += g[i];
        g[i] *= gamma[(p * 32 + lane) * 4 + i - 4 * p];
        of_g += g[i];
        of_both += g[i] * x[i];
      }
    of_g = warp_sum(of_g) / channels;
    of_both = warp_sum(of_both) / channels;
    const float factor = factors ? factors[row / shape.rows_per_factor] : 1;
    for (int i = 0; i < 4 * Parts; i++) t[i] += inverse * (g[i] - of_g - x[i] * of_both);
    store_row<Parts>(sum_gradient, row, lane, t);
    for (int i = 0; i < 4 * Parts; i++) t[i] *= factor;
    store_row<Parts>(branch_gradient, row, lane, t);
  }
  for (int p = 0; p < Parts; p++)
    for (int i = 0; i < 4; i++) {
      const int channel = (p * 32 + lane) * 4 + i;
      room[(warp * 2) * channels + channel] = for_gamma[4 * p + i];
      room[(warp * 2 + 1) * channels + channel] = for_beta[4 * p + i];
    }
  __syncthreads();
  for (int i = threadIdx.x; i < 2 * channels; i += blockDim.x) {
    float all = 0;
    for (int w = 0; w < warps; w++) all += room[w * 2 * channels + i];
    parts[(long)blockIdx.x * 2 * channels + i] = all;
  }
}

#define ADD_NORM(PARTS)                                                                                                \
  extern "C" __global__ void add_norm_##PARTS(NormShape shape, const bf16* sum, const bf16* branch,                    \
                                              const float* factors, const float* gamma, const float* beta,             \
                                              bf16* total, bf16* normed, float* means, float* inverses) {              \
    add_norm<PARTS>(shape, sum, branch, factors, gamma, beta, total, normed, means, inverses);                         \
  }                                                                                                                    \
  extern "C" __global__ void add_norm_back_##PARTS(NormShape shape, const bf16* total, const bf16* total_gradient,     \
                                                   const bf16* normed_gradient, const float* factors,                  \
                                                   const float* gamma, const float* means, const float* inverses,      \
                                                   bf16* sum_gradient, bf16* branch_gradient, float* parts) {          \
    SHARED float room[8 * 2 * 128 * PARTS];                                                                            \
    add_norm_back<PARTS>(shape, total, total_gradient, normed_gradient, factors, gamma, means, inverses, sum_gradient, \
                         branch_gradient, parts, room);                                                                \
  }
ADD_NORM(1)
ADD_NORM(2)
ADD_NORM(4)

// ---- GELU(x + bias), x [rows, columns], columns a multiple of 256: blocks of 32 x 8 threads,
// eight columns a thread ----

__device__ __forceinline__ void unpack(Four four, float (&to)[8]) {
  to[0] = low(four.x), to[1] = high(four.x), to[2] = low(four.y), to[3] = high(four.y);
  to[4] = low(four.z), to[5] = high(four.z), to[6] = low(four.w), to[7] = high(four.w);
}

__device__ __forceinline__ Four packed(const float (&x)[8]) {
  return {pack(x[0], x[1]), pack(x[2], x[3]), pack(x[4], x[5]), pack(x[6], x[7])};
}

extern "C" __global__ void bias_gelu(int rows, int columns, const bf16* x, const float* bias, bf16* y) {
  const int column = (blockIdx.x * 32 + threadIdx.x) * 8;
  float b[8], v[8];
  for (int i = 0; i < 8; i++) b[i] = bias[column + i];
  for (long row = blockIdx.y * 8 + threadIdx.y; row < rows; row += gridDim.y * 8) {
    unpack(*reinterpret_cast<const Four*>(x + row * columns + column), v);
    for (int i = 0; i < 8; i++) {
      const float z = v[i] + b[i];
      v[i] = 0.5f * z * (1 + erff(z * 0.70710678f));
    }
    *reinterpret_cast<Four*>(y + row * columns + column) = packed(v);
  }
}

// parts[gridDim.y, columns] receives each row of blocks' share of the bias's gradient.
extern "C" __global__ void bias_gelu_back(int rows, int columns, const bf16* x, const float* bias,
                                          const bf16* y_gradient, bf16* x_gradient, float* parts) {
  SHARED float room[8][32 * 8];
  const int column = (blockIdx.x * 32 + threadIdx.x) * 8;
  float b[8], v[8], g[8], sums[8];
  for (int i = 0; i < 8; i++) b[i] = bias[column + i], sums[i] = 0;
  for (long row = blockIdx.y * 8 + threadIdx.y; row < rows; row += gridDim.y * 8) {
    unpack(*reinterpret_cast<const Four*>(x + row * columns + column), v);
    unpack(*reinterpret_cast<const Four*>(y_gradient + row * columns + column), g);
    for (int i = 0; i < 8; i++) {
      const float z = v[i] + b[i];
      g[i] *= 0.5f * (1 + erff(z * 0.70710678f)) + z * 0.39894228f * expf(-0.5f * z * z);
      sums[i] += g[i];
    }
    *reinterpret_cast<Four*>(x_gradient + row * columns + column) = packed(g);
  }
  for (int i = 0; i < 8; i++) room[threadIdx.y][threadIdx.x * 8 + i] = sums[i];
  __syncthreads();
  const int thread = threadIdx.y * 32 + threadIdx.x;
  float all = 0;
  for (int y = 0; y < 8; y++) all += room[y][thread];
  parts[(long)blockIdx.y * columns + blockIdx.x * 256 + thread] = all;
}

// ---- Attention within (shifted) windows of at most 64 tokens, 32 channels a head; a block of 128 threads a window and
// head, 16 tokens a warp ----

struct WindowShape { int images, side, window, shift, heads; };

namespace {

// Rows apart, so that lanes meet in different banks.
constexpr int tokens = 64, depth = 32, room_row = 40, pair_row = 72;
constexpr int most_entries = 256;

// What a block knows of its window and head.
struct Place {
  int at[tokens], row[tokens], column[tokens], region[tokens];
  float table[most_entries];
};

__device__ __forceinline__ int band(WindowShape s, int position) {
  return position < s.side - s.window ? 0 : position < s.side - s.shift ? 1 : 2;
}

__device__ __forceinline__ void locate(WindowShape s, int window, int thread, Place& place) {
  const int area = s.window * s.window, axis = s.side / s.window;
  if (thread < tokens) {
    const int r = thread / s.window, c = thread % s.window;
    const int y = window / axis % axis * s.window + r, x = window % axis * s.window + c;
    const int image = window / (axis * axis);
    place.row[thread] = r, place.column[thread] = c;
    place.at[thread] = thread < area ? (image * s.side + (y + s.shift) % s.side) * s.side + (x + s.shift) % s.side : -1;
    place.region[thread] = s.shift == 0 ? 0 : 3 * band(s, y) + band(s, x);
  }
}

__device__ __forceinline__ void load_table(WindowShape s, int head, int thread, const float* table, Place& place) {
  const int entries = (2 * s.window - 1) * (2 * s.window - 1);
  for (int i = thread; i < entries; i += 128) place.table[i] = table[i * s.heads + head];
}

// A head's part of every token of the window plus its bias, [tokens, depth].
__device__ __forceinline__ void gather(const Place& place, const bf16* from, long stride, const float* bias, int thread,
                                       bf16 (*to)[room_row]) {
  for (int i = thread; i < tokens * 4; i += 128) {
    const int token = i / 4, first = i % 4 * 8;
    Four four = {0, 0, 0, 0};
    if (place.at[token] >= 0) {
      four = *reinterpret_cast<const Four*>(from + place.at[token] * stride + first);
      if (bias) {
        float x[8];
        unpack(four, x);
        for (int d = 0; d < 8; d++) x[d] += bias[first + d];
        four = packed(x);
      }
    }
    *reinterpret_cast<Four*>(&to[token][first]) = four;
  }
}

struct Lane { int first, group, pair; };  // first row of its warp, row within, pair of columns

// Rows of a matrix in shared memory as the left operand of a product; its columns from `from` on.
template <int Row>
__device__ __forceinline__ void left(const bf16 (*m)[Row], Lane l, int from, uint32 (&a)[4]) {
  const bf16 *upper = m[l.first + l.group] + from + 2 * l.pair, *lower = m[l.first + l.group + 8] + from + 2 * l.pair;
  a[0] = *reinterpret_cast<const uint32*>(upper), a[1] = *reinterpret_cast<const uint32*>(lower);
  a[2] = *reinterpret_cast<const uint32*>(upper + 8), a[3] = *reinterpret_cast<const uint32*>(lower + 8);
}

// The same of the transposed matrix.
template <int Row>
__device__ __forceinline__ void left_across(const bf16 (*m)[Row], Lane l, int from, uint32 (&a)[4]) {
  const int k = from + 2 * l.pair, row = l.first + l.group;
  a[0] = both(m[k][row], m[k + 1][row]), a[1] = both(m[k][row + 8], m[k + 1][row + 8]);
  a[2] = both(m[k + 8][row], m[k + 9][row]), a[3] = both(m[k + 8][row + 8], m[k + 9][row + 8]);
}

// to[16, 64] = a's rows times the rows of b: the products of every pair of tokens.
__device__ __forceinline__ void pairs(const bf16 (*a)[room_row], const bf16 (*b)[room_row], Lane l, float (&to)[8][4]) {
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 4; i++) to[j][i] = 0;
  for (int k = 0; k < depth; k += 16) {
    uint32 of_a[4];
    left(a, l, k, of_a);
    for (int j = 0; j < 8; j++) {
      const bf16* of_b = b[j * 8 + l.group] + k + 2 * l.pair;
      mma(to[j], of_a, *reinterpret_cast<const uint32*>(of_b), *reinterpret_cast<const uint32*>(of_b + 8));
    }
  }
}

// One step of 16 tokens k of to[16, depth] += a[16, k] b[k, depth].
__device__ __forceinline__ void mix(const uint32 (&a)[4], const bf16 (*b)[room_row], int k, Lane l, float (&to)[4][4]) {
  const int at = k + 2 * l.pair;
  for (int j = 0; j < 4; j++) {
    const int n = j * 8 + l.group;
    mma(to[j], a, both(b[at][n], b[at + 1][n]), both(b[at + 8][n], b[at + 9][n]));
  }
}

// Logits to probabilities, [16, 64]: scaled, with relative bias and mask, softmax over the window's tokens.
__device__ __forceinline__ void softmax(WindowShape s, const Place& place, Lane l, float (&x)[8][4]) {
  const int area = s.window * s.window;
  for (int half = 0; half < 2; half++) {
    const int row = l.first + l.group + 8 * half;
    float most = -1e30f, all = 0;
    for (int j = 0; j < 8; j++)
      for (int i = 2 * half; i < 2 * half + 2; i++) {
        const int column = j * 8 + 2 * l.pair + i - 2 * half;
        float logit = -1e30f;
        if (column < area) {
          logit = x[j][i] * 0.17677669529663687f;  // 1 / sqrt(32)
          if (row < area) {
            logit += place.table[(place.row[row] - place.row[column] + s.window - 1) * (2 * s.window - 1) +
                                 place.column[row] - place.column[column] + s.window - 1];
            if (place.region[row] != place.region[column]) logit -= 100;
          }
        }
        x[j][i] = logit;
        most = fmaxf(most, logit);
      }
    most = fmaxf(most, exchange(most, 1));
    most = fmaxf(most, exchange(most, 2));
    for (int j = 0; j < 8; j++)
      for (int i = 2 * half; i < 2 * half + 2; i++) {
        x[j][i] = x[j][i] <= -1e29f ? 0 : expf(x[j][i] - most);
        all += x[j][i];
      }
    all += exchange(all, 1);
    all += exchange(all, 2);
    for (int j = 0; j < 8; j++)
      for (int i = 2 * half; i < 2 * half + 2; i++) x[j][i] /= all;
  }
}

// Sixteen columns of [16, 64] in registers as the left operand of a product.
__device__ __forceinline__ void left_of(const float (&x)[8][4], int step, uint32 (&a)[4]) {
  a[0] = pack(x[2 * step][0], x[2 * step][1]), a[1] = pack(x[2 * step][2], x[2 * step][3]);
  a[2] = pack(x[2 * step + 1][0], x[2 * step + 1][1]), a[3] = pack(x[2 * step + 1][2], x[2 * step + 1][3]);
}

__device__ __forceinline__ void scatter(const Place& place, Lane l, const float (&x)[4][4], float factor, bf16* to,
                                        long stride) {
  for (int half = 0; half < 2; half++) {
    const int at = place.at[l.first + l.group + 8 * half];
    if (at < 0) continue;
    for (int j = 0; j < 4; j++)
      *reinterpret_cast<uint32*>(to + at * stride + j * 8 + 2 * l.pair) = pack(x[j][2 * half] * factor,
                                                                               x[j][2 * half + 1] * factor);
  }
}

__device__ __forceinline__ void clear(float (&x)[4][4]) {
  for (int j = 0; j < 4; j++)
    for (int i = 0; i < 4; i++) x[j][i] = 0;
}

__device__ __forceinline__ void keep(const float (&x)[8][4], Lane l, bf16 (*to)[pair_row]) {
  for (int j = 0; j < 8; j++)
    for (int half = 0; half < 2; half++)
      *reinterpret_cast<uint32*>(&to[l.first + l.group + 8 * half][j * 8 + 2 * l.pair]) = pack(x[j][2 * half],
                                                                                               x[j][2 * half + 1]);
}

}  // namespace

// qkv [images, side, side, 3, heads, depth], output [images, side, side, heads, depth]; a block for each window and
// head.
extern "C" __global__ void window_attention(WindowShape s, const bf16* qkv, const float* qkv_bias, const float* table,
                                            bf16* output) {
  alignas(16) SHARED bf16 q[tokens][room_row];
  alignas(16) SHARED bf16 k[tokens][room_row];
  alignas(16) SHARED bf16 v[tokens][room_row];
  SHARED Place place;
  const int thread = threadIdx.x, head = blockIdx.x % s.heads, window = blockIdx.x / s.heads;
  const long channels = s.heads * depth;
  const Lane l = {thread / 32 * 16, thread % 32 / 4, thread % 4};
  locate(s, window, thread, place);
  load_table(s, head, thread, table, place);
  __syncthreads();
  gather(place, qkv + head * depth, 3 * channels, qkv_bias + head * depth, thread, q);
  gather(place, qkv + channels + head * depth, 3 * channels, qkv_bias + channels + head * depth, thread, k);
  gather(place, qkv + 2 * channels + head * depth, 3 * channels, qkv_bias + 2 * channels + head * depth, thread, v);
  __syncthreads();
  float p[8][4], o[4][4];
  pairs(q, k, l, p);
  softmax(s, place, l, p);
  clear(o);
  for (int step = 0; step < 4; step++) {
    uint32 a[4];
    left_of(p, step, a);
    mix(a, v, step * 16, l, o);
  }
  scatter(place, l, o, 1, output + head * depth, channels);
}

// The gradient of qkv (with its bias), and parts[gridDim.x / heads, heads, 64, 64] of the gradient of the logits,
// summed over a block's windows. Blocks of 128 threads, as many as wanted for each head.
extern "C" __global__ void window_attention_back(WindowShape s, const bf16* qkv, const float* qkv_bias,
                                                 const float* table, const bf16* output_gradient, bf16* qkv_gradient,
                                                 float* parts) {
  alignas(16) SHARED bf16 q[tokens][room_row];
  alignas(16) SHARED bf16 k[tokens][room_row];
  alignas(16) SHARED bf16 v[tokens][room_row];
  alignas(16) SHARED bf16 g[tokens][room_row];
  alignas(16) SHARED bf16 pair[tokens][pair_row];
  SHARED Place place;
  const int thread = threadIdx.x, head = blockIdx.x % s.heads, each = gridDim.x / s.heads, axis = s.side / s.window;
  const long channels = s.heads * depth;
  const Lane l = {thread / 32 * 16, thread % 32 / 4, thread % 4};
  float sums[8][4];
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 4; i++) sums[j][i] = 0;
  load_table(s, head, thread, table, place);
  for (int window = blockIdx.x / s.heads; window < s.images * axis * axis; window += each) {
    __syncthreads();
    locate(s, window, thread, place);
    __syncthreads();
    gather(place, qkv + head * depth, 3 * channels, qkv_bias + head * depth, thread, q);
    gather(place, qkv + channels + head * depth, 3 * channels, qkv_bias + channels + head * depth, thread, k);
    gather(place, qkv + 2 * channels + head * depth, 3 * channels, qkv_bias + 2 * channels + head * depth, thread, v);
    gather(place, output_gradient + head * depth, channels, nullptr, thread, g);
    __syncthreads();

    float p[8][4], d[8][4], o[4][4];
    uint32 a[4];
    pairs(q, k, l, p);
    softmax(s, place, l, p);
    keep(p, l, pair);
    __syncthreads();
    clear(o);  // of v: the probabilities across times the output's gradient
    for (int step = 0; step < 4; step++) {
      left_across(pair, l, step * 16, a);
      mix(a, g, step * 16, l, o);
    }
    scatter(place, l, o, 1, qkv_gradient + 2 * channels + head * depth, 3 * channels);

    pairs(g, v, l, d);  // of the probabilities
    for (int half = 0; half < 2; half++) {
      float mean = 0;
      for (int j = 0; j < 8; j++)
        for (int i = 2 * half; i < 2 * half + 2; i++) mean += p[j][i] * d[j][i];
      mean += exchange(mean, 1);
      mean += exchange(mean, 2);
      for (int j = 0; j < 8; j++)
        for (int i = 2 * half; i < 2 * half + 2; i++) {
          d[j][i] = p[j][i] * (d[j][i] - mean);  // of the logits
          sums[j][i] += d[j][i];
        }
    }
    __syncthreads();
    keep(d, l, pair);
    clear(o);  // of q
    for (int step = 0; step < 4; step++) {
      left_of(d, step, a);
      mix(a, k, step * 16, l, o);
    }
    scatter(place, l, o, 0.17677669529663687f, qkv_gradient + head * depth, 3 * channels);
    __syncthreads();
    clear(o);  // of k
    for (int step = 0; step < 4; step++) {
      left_across(pair, l, step * 16, a);
      mix(a, q, step * 16, l, o);
    }
    scatter(place, l, o, 0.17677669529663687f, qkv_gradient + channels + head * depth, 3 * channels);
  }
  float* part = parts + (long)(blockIdx.x / s.heads * s.heads + head) * tokens * tokens;
  for (int j = 0; j < 8; j++)
    for (int i = 0; i < 4; i++)
      part[(l.first + l.group + i / 2 * 8) * tokens + j * 8 + 2 * l.pair + i % 2] = sums[j][i];
}

// The gradient of the relative bias table, [entries, heads], from that of the logits, [heads, 64, 64]; a block of heads
// threads an entry.
extern "C" __global__ void table_gradient(WindowShape s, const float* logits_gradient, float* gradient) {
  const int width = 2 * s.window - 1, rows = (int)blockIdx.x / width - s.window + 1,
            columns = (int)blockIdx.x % width - s.window + 1, head = threadIdx.x;
  float all = 0;
  for (int r = 0; r < s.window; r++)
    for (int c = 0; c < s.window; c++) {
      const int other_row = r - rows, other_column = c - columns;
      if (other_row < 0 || other_row >= s.window || other_column < 0 || other_column >= s.window) continue;
      all += logits_gradient[(head * tokens + r * s.window + c) * tokens + other_row * s.window + other_column];
    }
  gradient[blockIdx.x * s.heads + head] = all;
}
