namespace CSharpJupyter.Tests;

/// <summary>One kernel process for a class of tests.</summary>
public sealed class SharedKernel : IDisposable
{
    public KernelClient Kernel { get; } = new();

    public void Dispose() => Kernel.Dispose();
}
