using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models;

/// <summary>
/// A tensor that a layer computes once and keeps out of its state_dict; it follows the device, and if floating the element type, of the data. TorchSharp
/// would register a tensor field as a saved buffer and does not convert unsaved ones.
/// </summary>
internal sealed class Constant(Func<Tensor> create)
{
    private Tensor? value;

    /// <summary>The constant on the device, and if it is floating in the element type, of a tensor.</summary>
    public Tensor Like(Tensor other)
    {
        // A tensor made in inference mode could not take part in training later.
        using var normal = inference_mode(false);
        if (value is null)
        {
            using var scope = NewDisposeScope();
            value = create().DetachFromDisposeScope();
        }

        var type = value.is_floating_point() ? other.dtype : value.dtype;
        if (value.dtype != type || value.device_type != other.device_type || value.device_index != other.device_index)
        {
            var moved = value.to(type, other.device).DetachFromDisposeScope();
            value.Dispose();
            value = moved;
        }

        return value;
    }
}
