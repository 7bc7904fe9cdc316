using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>Which of a clip's magnified versions a network sees: in training one drawn for each clip, in testing a fixed one.</summary>
internal static class Magnified
{
    /// <summary>Picks a version for each clip.</summary>
    /// <param name="versions">[N, versions, ...].</param>
    /// <param name="training">Whether to draw.</param>
    /// <param name="test">Index of the version seen in testing.</param>
    /// <param name="generator">Where the draws come from.</param>
    /// <returns>[N, ...].</returns>
    public static Tensor Pick(Tensor versions, bool training, int test, Generator? generator)
    {
        if (!training)
        {
            return versions.select(1, test);
        }

        var count = versions.size(0);
        var drawn = randint(0, versions.size(1), [count], ScalarType.Int64, generator?.device ?? versions.device, generator: generator).to(versions.device);
        return versions.index([arange(count, device: versions.device), drawn]);
    }
}
