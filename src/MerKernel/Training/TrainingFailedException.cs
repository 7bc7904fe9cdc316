namespace MerKernel.Training;

/// <summary>A fold could not be trained to its end; the message names the epoch, the failure, and a cure.</summary>
public sealed class TrainingFailedException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The loss became NaN or infinite.</summary>
    internal static TrainingFailedException NotFinite(int epoch, float loss) =>
        new($"epoch {epoch}: the loss is {loss}; try a smaller learning rate or full precision");

    /// <summary>Anything else, most likely from native code.</summary>
    /// <param name="epoch">The epoch it happened in, from 1; 0 before the first.</param>
    /// <param name="error">The failure; of libtorch's message the first line, the rest lists its stack.</param>
    internal static TrainingFailedException In(int epoch, Exception error)
    {
        var cure = error is OutOfMemoryException || error.Message.Contains("memory", StringComparison.OrdinalIgnoreCase)
            ? "use a smaller batch (with more AccumulationSteps the update stays the same), fewer --workers, or a lower precision"
            : "if it fails again, report it with this sentence";
        return new($"{(epoch == 0 ? "before the first epoch" : $"epoch {epoch}")}: {error.Message.Split('\n')[0].TrimEnd('.')} ({error.GetType().Name}); {cure}", error);
    }
}
