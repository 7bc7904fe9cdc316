namespace MerKernel.Evaluation;

/// <summary>A clip as the leak check sees it.</summary>
/// <param name="Id">Clip id ('01/EP02_01f').</param>
/// <param name="Subject">Subject.</param>
/// <param name="Frames">A hash of each frame that training or testing may draw.</param>
public sealed record FoldClip(string Id, string Subject, ImmutableArray<string> Frames);
