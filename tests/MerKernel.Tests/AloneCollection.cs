namespace MerKernel.Tests;

/// <summary>Tests that count every tensor of the process run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
