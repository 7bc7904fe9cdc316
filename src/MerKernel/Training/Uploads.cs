using static TorchSharp.torch;

namespace MerKernel.Training;

/// <summary>Small arrays of a batch on their way to its device.</summary>
static class Uploads
{
    /// <summary>A tensor of an array's values. A GPU takes them without the processor waiting for its unfinished work: CUDA copies such memory aside before the call returns.</summary>
    public static Tensor On(Device device, Array values) => from_array(values).to(device, non_blocking: true);
}
