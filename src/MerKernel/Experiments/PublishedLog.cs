using MerKernel.Evaluation;

namespace MerKernel.Experiments;

/// <summary>
/// The published training log of the successor network for CASME II: every test accuracy of every epoch of 26 folds,
/// 248 clips. It allows every protocol to be replayed on the authors' own numbers.
/// </summary>
public static class PublishedLog
{
    const string Header = "subject,test_clips,epoch,correct,accuracy,test_loss,macro_f1";

    /// <summary>The folds in the log's order.</summary>
    public static ImmutableArray<PublishedFold> CasmeII { get; } = Read();

    /// <summary>
    /// The folds that never reached 100 % on their subject and so ran every epoch: only these can be compared at
    /// a fixed epoch.
    /// </summary>
    public static ImmutableArray<PublishedFold> RanToTheEnd { get; } = [.. CasmeII.Where(f => !f.StoppedEarly)];

    /// <summary>Clips in all.</summary>
    public static int Clips => CasmeII.Sum(f => f.TestClips);

    /// <summary>Clips that the published rule counts as correct: each fold at its own best epoch.</summary>
    public static int CorrectAtBestTestEpoch => CasmeII.Sum(f => f.Best.Accuracy.Correct);

    /// <summary>
    /// Correct clips at one epoch for all, over the folds that ran it. Folds that reached 100 % earlier stopped there
    /// and have no later epochs, so only folds that never did can be compared between epochs.
    /// </summary>
    public static (int Correct, int Clips) AtEpoch(IEnumerable<PublishedFold> folds, int epoch) =>
        folds.SelectMany(f => f.Epochs).Where(e => e.Epoch == epoch)
            .Aggregate((0, 0), (sum, e) => (sum.Item1 + e.Correct, sum.Item2 + e.TestClips));

    static ImmutableArray<PublishedFold> Read()
    {
        using var stream = typeof(PublishedLog).Assembly
            .GetManifestResourceStream("MerKernel.Experiments.Published.casme2-epoch-log.csv")!;
        using var reader = new StreamReader(stream);
        if (reader.ReadLine() != Header)
            throw new InvalidDataException("The embedded log has other columns than expected.");
        var epochs = new List<PublishedEpoch>();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var cells = line.Split(',');
            int Number(int i) => int.Parse(cells[i], CultureInfo.InvariantCulture);
            epochs.Add(new PublishedEpoch(cells[0], Number(1), Number(2), Number(3),
                double.Parse(cells[6], CultureInfo.InvariantCulture)));
        }
        return [.. epochs.GroupBy(e => e.Subject).Select(g => new PublishedFold(g.Key, [.. g]))];
    }
}

/// <summary>One fold of the published training log.</summary>
/// <param name="Subject">The subject left out.</param>
/// <param name="Epochs">
/// Its epochs in order; fewer than in other folds where the log's training stopped at 100 %.
/// </param>
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
            var (accuracy, f1) = BestTestEpoch.BestEpochs(
                Epochs.Select(e => ((double)e.Correct / e.TestClips, e.MacroF1)));
            return (Epochs[accuracy], Epochs[f1]);
        }
    }
}

/// <summary>One epoch of one fold in the published training log.</summary>
/// <param name="Subject">The subject left out.</param>
/// <param name="TestClips">Its clips.</param>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Correct">Clips predicted correctly.</param>
/// <param name="MacroF1">Macro F1 within the fold, to three digits.</param>
public sealed record PublishedEpoch(string Subject, int TestClips, int Epoch, int Correct, double MacroF1);
