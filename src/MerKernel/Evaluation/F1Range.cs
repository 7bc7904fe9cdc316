namespace MerKernel.Evaluation;

/// <summary>The F1 scores that are possible.</summary>
/// <param name="Low">Smallest.</param>
/// <param name="High">Largest.</param>
public sealed record F1Range(double Low, double High)
{
    /// <summary>Whether a printed F1 lies inside, given its last digit.</summary>
    public bool Allows(decimal printed)
    {
        var slack = 1 / Math.Pow(10, printed.Scale);
        return (double)printed >= Low - slack && (double)printed <= High + slack;
    }
}
