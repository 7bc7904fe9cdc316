namespace MerKernel.Experiments;

/// <summary>Everything that can be trained under a name: the paper's variants, the learned direction, the compared systems.</summary>
public static class Methods
{
    /// <summary>All of them.</summary>
    public static ImmutableArray<Method> All { get; } = [.. Variants.WithControls, .. Variants.Learned, .. Peers.All];

    /// <summary>The method of a key.</summary>
    /// <exception cref="UserErrorException">There is no such method.</exception>
    public static Method Named(string key) => All.FirstOrDefault(m => m.Key == key)
        ?? throw new UserErrorException($"There is no variant or system '{key}'; there are {string.Join(", ", All.Select(m => m.Key))}.");
}
