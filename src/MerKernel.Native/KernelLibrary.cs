using System.Runtime.InteropServices;
using MerKernel.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Native;

/// <summary>
/// The functions of libmerkernels.so (native/kernels), which do on a processor in one pass what libtorch does in
/// a dozen. Where the library is missing, or the processor has none of its instructions, libtorch's operations do the
/// same.
/// </summary>
internal static unsafe partial class KernelLibrary
{
    const string Name = "merkernels";

    /// <summary>The version of native/kernels/mer_kernels.cpp that these declarations fit.</summary>
    const int Version = 2;

    static readonly nint s_library;

    // Not an initialiser, which would wait for the field's first use: every function needs it.
    static KernelLibrary() => s_library = Load();

    /// <summary>The instruction set that computes with an element type, or null where none does.</summary>
    public static string? Instructions(ScalarType type) =>
        s_library != 0 && Element(type) is { } element ? Marshal.PtrToStringUTF8(InstructionsFor(element)) : null;

    /// <summary>A tensor's element type as the library counts them.</summary>
    public static int ElementOf(Tensor tensor) => Element(tensor.dtype)!.Value;

    /// <summary>The same, or null where the library computes nothing from such a tensor.</summary>
    public static int? ElementHere(Tensor tensor) => ComputesOn(tensor) ? Element(tensor.dtype) : null;

    /// <summary>
    /// The element type, as the library counts them, of products of a tensor with 32-bit weights, or null where the
    /// library has no part in them.
    /// </summary>
    public static int? ElementOfProduct(Tensor tensor, Tensor weight) =>
        ComputesOn(tensor) && weight.dtype == ScalarType.Float32 ? Element(Autocast.ProductType(tensor)) : null;

    /// <summary>Whether the library is there, and computes on a tensor's device.</summary>
    public static bool ComputesOn(Tensor tensor) => s_library != 0 && tensor.device_type == DeviceType.CPU;

    /// <summary>Where a contiguous tensor's numbers lie; it has to be kept alive meanwhile.</summary>
    public static nint Data(Tensor tensor) => Data(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);

    [LibraryImport(Name, EntryPoint = "mer_window_attention_fits")]
    public static partial int WindowAttentionFits(in WindowShape shape, int element);

    [LibraryImport(Name, EntryPoint = "mer_window_attention_forward")]
    public static partial void WindowAttention(in WindowShape shape, int element, nint qkv, nint qkvBias, nint table,
        nint output, long threads);

    [LibraryImport(Name, EntryPoint = "mer_window_attention_backward")]
    public static partial void WindowAttentionBackward(
        in WindowShape shape, int element, nint qkv, nint qkvBias, nint table, nint outputGradient, nint qkvGradient,
        nint qkvBiasGradient, nint tableGradient,
        long threads);

    [LibraryImport(Name, EntryPoint = "mer_swin_block_fits")]
    public static partial int SwinBlockFits(in SwinShape shape);

    [LibraryImport(Name, EntryPoint = "mer_swin_block_room")]
    public static partial long SwinBlockRoom(in SwinShape shape);

    [LibraryImport(Name, EntryPoint = "mer_swin_block_forward")]
    public static partial void SwinBlock(in SwinShape shape, in SwinInput input, in SwinParameters weights, nint room,
        nint total, nint branch);

    [LibraryImport(Name, EntryPoint = "mer_swin_block_backward")]
    public static partial void SwinBlockBackward(
        in SwinShape shape, in SwinInput input, in SwinParameters weights, nint room, nint total, nint totalGradient,
        nint branchGradient, in SwinParameters gradients);

    [LibraryImport(Name, EntryPoint = "mer_convolution_fits")]
    public static partial int ConvolutionFits(in ConvolutionShape shape);

    [LibraryImport(Name, EntryPoint = "mer_convolution_forward")]
    public static partial void Convolution(in ConvolutionShape shape, nint images, nint weight, nint bias, nint output);

    [LibraryImport(Name, EntryPoint = "mer_convolution_backward")]
    public static partial void ConvolutionBackward(
        in ConvolutionShape shape, nint images, nint weight, nint outputGradient, nint imageGradient,
        nint weightGradient, nint biasGradient);

    [LibraryImport(Name, EntryPoint = "mer_residual_norm_fits")]
    public static partial int ResidualNormFits(long channels, int element);

    [LibraryImport(Name, EntryPoint = "mer_residual_norm_forward")]
    public static partial void ResidualNorm(
        in ResidualShape shape, in ResidualNormData with, int element, nint sum, nint branch, nint total, nint normed,
        long threads);

    [LibraryImport(Name, EntryPoint = "mer_residual_norm_backward")]
    public static partial void ResidualNormBackward(
        in ResidualShape shape, in ResidualNormData with, int element, nint total, nint totalGradient,
        nint normedGradient, nint sumGradient,
        nint branchGradient, nint gammaGradient, nint betaGradient, long threads);

    [LibraryImport(Name, EntryPoint = "mer_bias_gelu_fits")]
    public static partial int BiasGeluFits(long columns, int element);

    [LibraryImport(Name, EntryPoint = "mer_bias_gelu_forward")]
    public static partial void BiasGelu(long rows, long columns, int element, nint x, nint bias, nint y, long threads);

    [LibraryImport(Name, EntryPoint = "mer_bias_gelu_backward")]
    public static partial void BiasGeluBackward(
        long rows, long columns, int element, nint x, nint bias, nint yGradient, nint xGradient, nint biasGradient,
        long threads);

    [LibraryImport(Name, EntryPoint = "mer_weight_gradient_fits")]
    public static partial int WeightGradientFits(long inputs, long outputs, int element);

    [LibraryImport(Name, EntryPoint = "mer_weight_gradient")]
    public static partial void WeightGradient(
        in LinearShape shape, int element, nint gradient, nint x, nint weightGradient, nint biasGradient, long threads);

    [LibraryImport(Name, EntryPoint = "mer_batch_norm_relu_fits")]
    public static partial int BatchNormReluFits(long plane, int element);

    [LibraryImport(Name, EntryPoint = "mer_batch_norm_relu_forward")]
    public static partial void BatchNormRelu(
        in BatchNormShape shape, int element, nint input, nint gamma, nint beta, nint output, nint means,
        nint variances, nint runningMeans,
        nint runningVariances, long threads);

    [LibraryImport(Name, EntryPoint = "mer_batch_norm_relu_backward")]
    public static partial void BatchNormReluBackward(
        in BatchNormShape shape, int element, nint input, nint gamma, nint beta, nint means, nint variances,
        nint outputGradient, nint inputGradient,
        nint gammaGradient, nint betaGradient, long threads);

    [LibraryImport(Name, EntryPoint = "mer_frames_fit")]
    public static partial int FramesFit(long size);

    [LibraryImport(Name, EntryPoint = "mer_frames_sample")]
    public static partial void Frames(in FrameScale scale, nint frames, nint rows, nint maps, long clips, nint output,
        long threads);

    [LibraryImport(Name, EntryPoint = "mer_adamw_fits")]
    public static partial int AdamWFits();

    [LibraryImport(Name, EntryPoint = "mer_adamw")]
    public static partial void AdamW(in AdamWNumbers step, nint parameters, nint gradients, nint means, nint variances,
        long count, long threads);

    /// <summary>
    /// Has the calling thread do with fewer instructions than the processor has: 0 none, 1 AVX2, 2 AVX-512, 3 AVX-512
    /// with bfloat16.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "mer_kernels_limit")]
    public static partial void Limit(int instructions);

    [LibraryImport(Name, EntryPoint = "mer_kernels_instructions")]
    private static partial nint InstructionsFor(int element);

    [LibraryImport(Name, EntryPoint = "mer_kernels_use_openmp")]
    private static partial void UseOpenMp(nint parallel);

    static int? Element(ScalarType type) => type switch
    {
        ScalarType.Float32 => 0,
        ScalarType.BFloat16 => 1,
        _ => null,
    };

    static nint Load()
    {
        if (NativeFile.Find("libmerkernels.so") is not { } path || !NativeLibrary.TryLoad(path, out var library))
            return 0;
        // A program built without the launcher may find the library of another version.
        if (!NativeLibrary.TryGetExport(library, "mer_kernels_version", out var version)
            || ((delegate* unmanaged<int>)version)() != Version)
            return 0;
        NativeLibrary.SetDllImportResolver(typeof(KernelLibrary).Assembly, (name, _, _) => name == Name ? library : 0);
        // The work is split over the threads that libtorch keeps: threads of another pool would compete with them for
        // the same cores.
        if (NativeLibrary.TryLoad("libtorch_cpu.so", typeof(KernelLibrary).Assembly, null, out var libtorch) &&
            NativeLibrary.TryGetExport(libtorch, "GOMP_parallel", out var parallel))
        {
            UseOpenMp(parallel);
        }

        return library;
    }
}
