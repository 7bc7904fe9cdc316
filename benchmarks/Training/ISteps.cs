namespace MerKernel.Benchmarks.Training;

/// <summary>One side of the comparison: training steps on a batch of its own.</summary>
interface ISteps : IDisposable
{
    /// <summary>Seconds of a number of steps.</summary>
    double Seconds(int steps);
}
