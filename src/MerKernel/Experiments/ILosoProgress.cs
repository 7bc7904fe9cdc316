using MerKernel.Training;

namespace MerKernel.Experiments;

/// <summary>Receives what the engine does; called from worker threads.</summary>
public interface ILosoProgress
{
    /// <summary>The engine knows what is stored already and what is left.</summary>
    void Planned(int stored, int missing);

    /// <summary>An epoch of a fold is over.</summary>
    void EpochFinished(FoldJob job, EpochProgress epoch);

    /// <summary>A fold is stored.</summary>
    void FoldFinished(FoldJob job, FoldFacts facts);

    /// <summary>A fold failed; it is tried once more unless <paramref name="final"/>.</summary>
    void FoldFailed(FoldJob job, Exception error, bool final);
}
