namespace MerKernel.Evaluation;

/// <summary>The rule that says which epoch of each fold is scored. Applied to stored logits, so one run serves every protocol.</summary>
public abstract record EpochProtocol
{
    /// <summary>The default: the last epoch.</summary>
    public static EpochProtocol Default { get; } = new FinalEpoch();

    /// <summary>What tables show unless asked otherwise: the honest figure and the published rule's, side by side.</summary>
    public static ImmutableArray<EpochProtocol> SideBySide { get; } = [new FinalEpoch(), new BestTestEpoch()];

    /// <summary>Name, as the command line and the JSON rows give it.</summary>
    public abstract string Name { get; }

    /// <summary>What stands above a column of its figures.</summary>
    public abstract string Label { get; }

    /// <summary>Whether the test subject's own labels choose the epoch; such figures bound what is possible and support no comparison.</summary>
    public virtual bool LooksAtTestSubject => false;

    /// <summary>Chooses what each fold is scored on.</summary>
    public ProtocolOutcome Apply(IEnumerable<FoldPrediction> folds)
    {
        var chosen = folds.Select(Score).ToList();
        return new ProtocolOutcome(this, [.. chosen.Select(c => c.ForAccuracy)], [.. chosen.Select(c => c.ForF1)]);
    }

    /// <summary>What one fold is scored on, for accuracy and for F1.</summary>
    protected abstract (FoldOutcome ForAccuracy, FoldOutcome ForF1) Score(FoldPrediction fold);

    /// <summary>The protocol of a name: final, best-test, held-out, or last-K for a number K.</summary>
    /// <exception cref="UserErrorException">There is no such protocol.</exception>
    public static EpochProtocol Named(string name) => name switch
    {
        "final" => new FinalEpoch(),
        "best-test" => new BestTestEpoch(),
        "held-out" => new HeldOutSubjects(),
        _ when name.StartsWith("last-", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var k) && k > 0 => new MeanOfLastK(k),
        _ => throw new UserErrorException($"There is no epoch protocol '{name}'; use final, best-test, held-out, or last-10 for the mean of the last ten epochs."),
    };
}
