// Runs the kernels of src/MerKernel.Native/Cuda/kernels.cu on a processor: a thread for each thread of a block, block
// after block. For their results, not for speed.
#pragma once
#include <barrier>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#define EMULATED
#define __device__
#define __global__
#define __forceinline__ inline
#define SHARED static

struct Index { unsigned x = 0, y = 0, z = 0; };
inline thread_local Index threadIdx, blockIdx;
inline Index blockDim, gridDim;

struct alignas(16) Four { uint32_t x, y, z, w; };
struct alignas(8) Two { uint32_t x, y; };

inline std::barrier<>* block_barrier;
struct Warp { std::barrier<> all{32}; float x[32]; uint32_t a[32][4], b[32][2]; };
inline std::vector<Warp*> warps;
inline unsigned thread_number() { return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x; }
inline Warp& my_warp() { return *warps[thread_number() / 32]; }
inline int my_lane() { return thread_number() % 32; }

inline void __syncthreads() { block_barrier->arrive_and_wait(); }
inline float __uint_as_float(uint32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
inline float rsqrtf(float x) { return 1 / std::sqrt(x); }

// Round to nearest, ties to even.
inline uint32_t rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (std::isnan(x)) return 0x7fc0;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
inline uint32_t pack(float low, float high) { return rounded(low) | rounded(high) << 16; }

inline float exchange(float x, int lane) {
  Warp& warp = my_warp();
  warp.x[my_lane()] = x;
  warp.all.arrive_and_wait();
  float other = warp.x[my_lane() ^ lane];
  warp.all.arrive_and_wait();
  return other;
}

// The layout of PTX's mma.m16n8k16: lane = 4 * group + pair holds of a the rows group and group + 8, the columns 2
// pair, 2 pair + 1 and those plus 8; of b the same columns as rows, and the column group; of c the rows of a and the
// columns 2 pair, 2 pair + 1.
inline void mma(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  Warp& warp = my_warp();
  const int lane = my_lane(), group = lane / 4, pair = lane % 4;
  memcpy(warp.a[lane], a, sizeof a);
  warp.b[lane][0] = b0, warp.b[lane][1] = b1;
  warp.all.arrive_and_wait();
  auto half = [](uint32_t two, int which) { return __uint_as_float(which ? two & 0xffff0000u : two << 16); };
  auto of_a = [&](int row, int k) { return half(warp.a[row % 8 * 4 + k % 8 / 2][row / 8 + k / 8 * 2], k % 2); };
  auto of_b = [&](int k, int column) { return half(warp.b[column * 4 + k % 8 / 2][k / 8], k % 2); };
  for (int i = 0; i < 4; i++) {
    const int row = group + i / 2 * 8, column = 2 * pair + i % 2;
    for (int k = 0; k < 16; k++) c[i] += of_a(row, k) * of_b(k, column);
  }
  warp.all.arrive_and_wait();
}

template <class... A, std::size_t... I> void call(void (*kernel)(A...), void** arguments, std::index_sequence<I...>) {
  kernel(*static_cast<A*>(arguments[I])...);
}

template <class... A>
void launch(void (*kernel)(A...), Index grid, Index block, void** arguments) {
  const unsigned threads = block.x * block.y * block.z;
  std::barrier<> barrier(threads);
  block_barrier = &barrier;
  gridDim = grid, blockDim = block;
  std::vector<Warp> own(threads / 32 + 1);
  warps.clear();
  for (Warp& w : own) warps.push_back(&w);
  std::vector<std::thread> all;
  for (unsigned t = 0; t < threads; t++)
    all.emplace_back([=, &barrier] {
      threadIdx = {t % block.x, t / block.x % block.y, t / block.x / block.y};
      for (unsigned y = 0; y < grid.y; y++)
        for (unsigned x = 0; x < grid.x; x++) {
          blockIdx = {x, y, 0};
          barrier.arrive_and_wait();
          call(kernel, arguments, std::index_sequence_for<A...>{});
        }
    });
  for (auto& t : all) t.join();
}
