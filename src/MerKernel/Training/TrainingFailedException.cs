namespace MerKernel.Training;

/// <summary>A fold could not be trained to its end, for example because its loss became NaN.</summary>
public sealed class TrainingFailedException(string message) : Exception(message);
