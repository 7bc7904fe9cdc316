using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>Tells the leak check the true inputs of a fold.</summary>
internal static class LeakAudit
{
    /// <summary>A fold's true inputs: before training nothing is augmented yet, after it <paramref name="pairs"/> knows the augmented clips.</summary>
    public static FoldInputs Inputs(MerDataset dataset, FoldSplit split, PairSource pairs, ActionUnitDetector? detector = null)
    {
        var hashes = FrameHashes.Of(dataset);
        return new FoldInputs
        {
            Subject = split.Subject,
            Train = Clips(split.Train),
            HeldOut = Clips(split.HeldOut),
            Test = Clips(split.Test),
            WeightedFrom = Ids(pairs.CountedClips),
            Augmented = Ids(pairs.AugmentedClips),
            UnitsFrom = Ids(detector?.LearnedFrom ?? []),
        };

        ImmutableArray<FoldClip> Clips(ImmutableArray<int> clips) => [.. clips.Select(i => new FoldClip(dataset.Clips[i].Id, dataset.Clips[i].Subject,
            [.. dataset.OnsetFrames[i].Concat(dataset.ApexFrames[i]).Distinct().Select(row => hashes[row])]))];

        ImmutableArray<string> Ids(IEnumerable<int> clips) => [.. clips.Select(i => dataset.Clips[i].Id)];
    }
}
