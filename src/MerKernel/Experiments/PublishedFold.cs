using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>One fold of the published training log.</summary>
/// <param name="Subject">The subject left out.</param>
/// <param name="Epochs">Its epochs in order; fewer than in other folds where the log's training stopped at 100 %.</param>
public sealed record PublishedFold(string Subject, ImmutableArray<PublishedEpoch> Epochs)
{
    /// <summary>Clips of the subject.</summary>
    public int TestClips => Epochs[0].TestClips;

    /// <summary>Whether training stopped because every test clip was right.</summary>
    public bool StoppedEarly => Epochs[^1].Correct == TestClips;

    /// <summary>The epochs that the published rule scores, by the same code that scores this project's runs.</summary>
    public (PublishedEpoch Accuracy, PublishedEpoch F1) Best
    {
        get
        {
            var (accuracy, f1) = BestTestEpoch.BestEpochs(Epochs.Select(e => ((double)e.Correct / e.TestClips, e.MacroF1)));
            return (Epochs[accuracy], Epochs[f1]);
        }
    }
}
