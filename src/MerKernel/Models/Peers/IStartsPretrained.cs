using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>A network with parts that start from weights of a file.</summary>
public interface IStartsPretrained
{
    /// <summary>The parts; each takes all of its state from the file, under the names it has in the part.</summary>
    IEnumerable<nn.Module> PretrainedParts { get; }
}
