namespace MerKernel.Training;

/// <summary>A fold's report after each epoch.</summary>
/// <param name="Epoch">Finished epochs, from 1.</param>
/// <param name="Epochs">Epochs in all.</param>
/// <param name="Loss">Mean training loss of the epoch.</param>
public readonly record struct EpochProgress(int Epoch, int Epochs, float Loss);
