namespace MerKernel.Training;

/// <summary>
/// The draws of <c>new Random(seed)</c>, counted: .NET's generator cannot be saved, but its seed and the number of
/// draws say where it is.
/// </summary>
/// <param name="seed">The seed.</param>
internal sealed class CountedRandom(int seed) : Random
{
    readonly Random _inner = new(seed);

    /// <summary>Draws so far.</summary>
    public long Count { get; private set; }

    /// <summary>Advances to where a generator of this seed is after so many draws.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More were drawn already.</exception>
    public void AdvanceTo(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, Count);
        while (Count < count) NextDouble();
    }

    // A seeded Random turns every one of these calls into exactly one step of its sequence.

    public override int Next(int maxValue)
    {
        Count++;
        return _inner.Next(maxValue);
    }

    public override int Next(int minValue, int maxValue)
    {
        Count++;
        return _inner.Next(minValue, maxValue);
    }

    public override double NextDouble()
    {
        Count++;
        return _inner.NextDouble();
    }

    protected override double Sample() => NextDouble();

    static UserErrorException Uncounted() => new("Draws of a fold are counted, so that it can resume: draw with " +
        "NextDouble() or Next(n), and with nothing else.");

    public override int Next() => throw Uncounted();

    public override void NextBytes(byte[] buffer) => throw Uncounted();

    public override void NextBytes(Span<byte> buffer) => throw Uncounted();

    public override long NextInt64() => throw Uncounted();

    public override long NextInt64(long maxValue) => throw Uncounted();

    public override long NextInt64(long minValue, long maxValue) => throw Uncounted();

    public override float NextSingle() => throw Uncounted();
}
