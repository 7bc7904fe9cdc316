// Every kernel for one instruction set, MER_ISA; build.sh compiles this file once for each.
#include "adamw.h"
#include "batch_norm_relu.h"
#include "bias_gelu.h"
#include "frames.h"
#include "residual_norm.h"
#include "small_convolution.h"
#include "weight_gradient.h"
#include "window_attention.h"

namespace mer::MER_ISA {

extern const ElementKernels single{attend<SingleElements>, attend_backward<SingleElements>,
                                   add_and_norm<SingleElements>, add_and_norm_backward<SingleElements>,
                                   bias_gelu<SingleElements>, bias_gelu_backward<SingleElements>,
                                   batch_norm_relu<SingleElements>, batch_norm_relu_backward<SingleElements>, adamw,
                                   sample_frames, multiply, convolve, convolve_backward, nullptr};
#ifdef __AVX512BF16__
extern const ElementKernels bfloat16{attend<BFloat16Elements>, attend_backward<BFloat16Elements>,
                                     add_and_norm<BFloat16Elements>, add_and_norm_backward<BFloat16Elements>,
                                     bias_gelu<BFloat16Elements>, bias_gelu_backward<BFloat16Elements>,
                                     batch_norm_relu<BFloat16Elements>, batch_norm_relu_backward<BFloat16Elements>,
                                     adamw, sample_frames, multiply, convolve, convolve_backward, weight_gradient};
#endif

}  // namespace mer::MER_ISA
