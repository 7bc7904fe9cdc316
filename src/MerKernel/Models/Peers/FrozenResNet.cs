using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MerKernel.Models.Peers;

/// <summary>ResNet-18 up to its third stage, which is never trained: [N, 3, S, S] -> [N, 256, S / 16, S / 16] at full width.</summary>
internal static class FrozenResNet
{
    // Every experiment sees the same random features.
    private const int Seed = 1;

    /// <summary>Builds it in eval mode, with random weights.</summary>
    /// <param name="widthDivisor">Every channel count is divided by this.</param>
    public static Sequential Create(int widthDivisor)
    {
        var trunk = Network.Build(() => ResNetTrunk.Create(64 / widthDivisor, 2, 2, 2), Seed);
        trunk.eval();
        return trunk;
    }

    /// <summary>Multiply-accumulates for one image: convolutions alone.</summary>
    public static long Macs(int widthDivisor, int size)
    {
        static long Conv(long from, long to, int kernel, long side) => from * to * kernel * kernel * side * side;
        long width = 64 / widthDivisor, side = (size + 1) / 2;
        var macs = Conv(3, width, 7, side);
        side = (side + 1) / 2;
        macs += 4 * Conv(width, width, 3, side);
        foreach (var from in new[] { width, 2 * width })
        {
            side = (side + 1) / 2;
            macs += Conv(from, 2 * from, 3, side) + 3 * Conv(2 * from, 2 * from, 3, side) + Conv(from, 2 * from, 1, side);
        }

        return macs;
    }
}
