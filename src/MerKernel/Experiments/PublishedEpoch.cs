namespace MerKernel.Experiments;

/// <summary>One epoch of one fold in the published training log.</summary>
/// <param name="Subject">The subject left out.</param>
/// <param name="TestClips">Its clips.</param>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Correct">Clips predicted correctly.</param>
/// <param name="MacroF1">Macro F1 within the fold, to three digits.</param>
public sealed record PublishedEpoch(string Subject, int TestClips, int Epoch, int Correct, double MacroF1);
