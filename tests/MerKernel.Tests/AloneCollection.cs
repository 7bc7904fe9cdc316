namespace MerKernel.Tests;

/// <summary>
/// Tests that count every tensor of the process, or that compare trained networks byte for byte, run while no other
/// test does: others create tensors, and draw from the process's generator, which initial weights come from too. So do
/// tests that build layers one by one, which would disturb others' networks.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
