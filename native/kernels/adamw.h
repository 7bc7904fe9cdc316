// AdamW (Loshchilov and Hutter 2019) in one pass over parameters, gradients and both moments.
#pragma once
#include "kernels.h"
#include "vectors.h"

namespace mer::MER_ISA {
namespace {

inline void adamw(const AdamW& by, float* parameters, const float* gradients, float* means, float* variances,
                  int64_t first, int64_t last) {
    int64_t i = first;
    for (; i + width <= last; i += width) {
        const Floats g = load(gradients + i);
        const Floats m = load(means + i) + all(by.mean_share) * (g - load(means + i));
        const Floats v = load(variances + i) * all(by.variance_kept) + all(by.variance_share) * g * g;
        Floats root;
        for (int lane = 0; lane < width; lane++) root[lane] = __builtin_sqrtf(v[lane]);
        store(means + i, m);
        store(variances + i, v);
        store(parameters + i,
              load(parameters + i) * all(by.kept) + all(by.step) * m / (root / all(by.correction) + all(by.epsilon)));
    }
    for (; i < last; i++) {
        const float g = gradients[i], m = means[i] + by.mean_share * (g - means[i]),
                    v = variances[i] * by.variance_kept + by.variance_share * g * g;
        means[i] = m;
        variances[i] = v;
        parameters[i] = parameters[i] * by.kept + by.step * m / (__builtin_sqrtf(v) / by.correction + by.epsilon);
    }
}

}  // namespace
}  // namespace mer::MER_ISA
