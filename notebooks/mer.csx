// The library, for every notebook: #!import "mer.csx". artifacts/in-use is the build that ./mer chose: cpu, cuda (./mer --torch cuda) or MER_LIBTORCH's.
#r "../artifacts/in-use/MerKernel.Reports.dll"
#r "../artifacts/in-use/MerKernel.Native.dll"
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Models;
using MerKernel.Reports;
using MerKernel.Reports.Charts;
using MerKernel.Reports.Pictures;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;
MerKernel.InstalledLibtorch.Use(Console.WriteLine);
// What processors and GPUs do better than libtorch, where they can; without it the same numbers come slower.
MerKernel.Native.NativeOps.Use();
