// The kernels as a library for tests: emulate(NAME, GRID, BLOCK, ARGUMENTS) in place of cuLaunchKernel.
#include "emulation.h"

#include "../../src/MerKernel.Native/Cuda/kernels.cu"

extern "C" int emulate(const char* name, const unsigned* sizes, void** arguments) {
  const Index grid{sizes[0], sizes[1], 1}, block{sizes[2], sizes[3], 1};
#define KERNEL(NAME) if (!strcmp(name, #NAME)) return launch(NAME, grid, block, arguments), 0
  KERNEL(add_norm_1); KERNEL(add_norm_2); KERNEL(add_norm_4);
  KERNEL(add_norm_back_1); KERNEL(add_norm_back_2); KERNEL(add_norm_back_4);
  KERNEL(bias_gelu); KERNEL(bias_gelu_back);
  KERNEL(window_attention); KERNEL(window_attention_back); KERNEL(table_gradient);
  return 1;
}
