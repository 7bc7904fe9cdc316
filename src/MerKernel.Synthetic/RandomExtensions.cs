using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MerKernel.Synthetic;

/// <summary>Seeds by purpose, and the few distributions the faces need.</summary>
static class RandomExtensions
{
    /// <summary>A generator for one purpose: independent of every other purpose, whatever is drawn there and in which order.</summary>
    public static Random For(int seed, params ReadOnlySpan<string> purpose) => new(Seed(seed, purpose));

    /// <summary>A seed for one purpose.</summary>
    public static int Seed(int seed, params ReadOnlySpan<string> purpose)
    {
        var text = $"{seed}/{string.Join('/', purpose)}";
        return BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) & int.MaxValue;
    }

    public static double Uniform(this Random random, double low, double high) => low + (high - low) * random.NextDouble();

    /// <summary>A standard normal draw (Box and Muller).</summary>
    public static double Gaussian(this Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>Draws an item with probability proportional to its weight.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<(T Item, double Weight)> items)
    {
        var left = random.NextDouble() * items.Sum(i => i.Weight);
        foreach (var (item, weight) in items)
            if ((left -= weight) < 0) return item;
        return items[^1].Item;
    }
}
