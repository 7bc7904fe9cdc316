// Frames of a batch, resampled and normalised: what an affine map, grid_sample (bilinear, zeros outside) and ImageNet's
// constants make of bytes, in one pass.
#pragma once
#include "kernels.h"
#include "vectors.h"

namespace mer::MER_ISA {
namespace {

// Two pixels of red, green, blue and whether they lie in the frame.
typedef float Pixels __attribute__((vector_size(32)));
typedef int32_t Eight __attribute__((vector_size(32)));
typedef uint32_t Pixel __attribute__((may_alias, aligned(4)));

// Colours [3, size, size] side by side, with a border of zeros that is there already: a pixel before, two behind.
inline void pack_frame(const uint8_t* planar, int64_t size, uint8_t* packed) {
    const int64_t plane = size * size;
    for (int64_t y = 0; y < size; y++) {
        const uint8_t* from = planar + y * size;
        const auto to = reinterpret_cast<Pixel*>(packed) + (y + 1) * packed_side(size) + 1;
        for (int64_t x = 0; x < size; x++) to[x] = from[x] | from[plane + x] << 8 | from[2 * plane + x] << 16 | 1 << 24;
    }
}

inline Pixels neighbours(const uint8_t* packed) {
    return (Pixels)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadu_si64(packed)));
}

// One row of a clip's onset and apex, moved by a map unless it is null, pixel by pixel: to[size][onset red, green,
// blue, -, apex red, green, blue, -].
inline void sample_row(const Frames& frames, const uint8_t* onset, const uint8_t* apex, const float* map, int64_t y,
                       Pixels scale, Pixels shift, float* to) {
    const int64_t size = frames.size, pitch = 4 * packed_side(size);
    int32_t places[most_frame];
    float across[most_frame], down[most_frame];
    const float side = size, centre = (2 * y + 1) / side - 1;
    for (int64_t x = 0; !map && x < size; x++) {
        across[x] = down[x] = 0;
        places[x] = (int32_t)((y + 1) * pitch + 4 * (x + 1));
    }
    for (int64_t x = 0; map && x < size; x++) {
        const float c = (2 * (int32_t)x + 1) / side - 1;
        // In the packed frame, whose border is a pixel wide; farther outside nothing is seen either.
        float column = ((map[0] * c + map[1] * centre + map[2] + 1) * side + 1) * 0.5f,
              row = ((map[3] * c + map[4] * centre + map[5] + 1) * side + 1) * 0.5f;
        column = column > 0 ? column : 0;
        column = column < side + 1 ? column : side + 1;
        row = row > 0 ? row : 0;
        row = row < side + 1 ? row : side + 1;
        const int32_t left = (int32_t)column, top = (int32_t)row;
        across[x] = column - left;
        down[x] = row - top;
        places[x] = top * (int32_t)pitch + left * 4;
    }
    const Pixels first = {1, 1, 1, 1, 0, 0, 0, 0}, turn = {-1, -1, -1, -1, 1, 1, 1, 1};
    const Eight lower = {0, 1, 2, 3, 8, 9, 10, 11}, upper = {4, 5, 6, 7, 12, 13, 14, 15},
                seen = {3, 3, 3, 3, 7, 7, 7, 7};
    for (int64_t x = 0; x < size; x++) {
        const Pixels weights = first + across[x] * turn, below = weights * down[x], above = weights - below;
        const uint8_t* o = onset + places[x];
        const uint8_t* a = apex + places[x];
        const Pixels left = neighbours(o) * above + neighbours(o + pitch) * below,
                     right = neighbours(a) * above + neighbours(a + pitch) * below;
        const Pixels both = __builtin_shuffle(left, right, lower) + __builtin_shuffle(left, right, upper);
        store_as(to + 8 * x, both * scale + __builtin_shuffle(both, seen) * shift);
    }
}

// room: two packed frames of zeros.
inline void sample_frames(const Frames& frames, const uint8_t* planar, const int64_t* rows, const float* maps,
                          uint8_t* room, float* out, int64_t first, int64_t last) {
    const int64_t size = frames.size, plane = size * size;
    uint8_t *onset = room, *apex = room + packed_bytes(size);
    const float *s = frames.scale, *z = frames.shift;
    const Pixels scale = {s[0], s[1], s[2], 0, s[0], s[1], s[2], 0}, shift = {z[0], z[1], z[2], 0, z[0], z[1], z[2], 0};
    float pixels[8 * most_frame], planes[64];
    for (int64_t clip = first; clip < last; clip++) {
        pack_frame(planar + rows[2 * clip] * 3 * plane, size, onset);
        pack_frame(planar + rows[2 * clip + 1] * 3 * plane, size, apex);
        for (int64_t y = 0; y < size; y++) {
            sample_row(frames, onset, apex, maps ? maps + 6 * clip : nullptr, y, scale, shift, pixels);
            float* to = out + clip * 6 * plane + y * size;
            for (int64_t x = 0; x < size; x += 8) {
                transpose_block<Pixels>(pixels + 8 * x, 8, planes, 8);
                const int64_t count = size - x < 8 ? size - x : 8;
                for (int channel = 0; channel < 6; channel++)
                    memcpy(to + channel * plane + x, planes + 8 * (channel < 3 ? channel : channel + 1),
                           count * sizeof(float));
            }
        }
    }
}

}  // namespace
}  // namespace mer::MER_ISA
