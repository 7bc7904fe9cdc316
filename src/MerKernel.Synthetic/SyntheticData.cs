using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Synthetic;

/// <summary>The synthetic data sets as a workbench asks for them: one seed, so that everybody without a licence sees the same clips.</summary>
public sealed class SyntheticData : ISyntheticData
{
    /// <inheritdoc/>
    public void Write(DatasetId dataset, string size, string root, Action<int, int>? progress, CancellationToken cancel)
    {
        var options = new LookAlikeOptions { Size = Enum.Parse<LookAlikeSize>(size, ignoreCase: true), Workers = Environment.ProcessorCount };
        LookAlike.Write(dataset, options, root, progress is null ? null : new Relay(progress), cancel);
    }

    sealed class Relay(Action<int, int> progress) : IProgress<LookAlikeProgress>
    {
        public void Report(LookAlikeProgress value) => progress(value.Done, value.Total);
    }
}
