using System.Text.Encodings.Web;

namespace MerKernel.Data;

/// <summary>A clip as one line of JSON, for other programs.</summary>
internal static class ClipJson
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };

    /// <summary>
    /// An object with dataset ('casme2' or 'samm'), subject, clip, onset, apex, offset, actionUnits (numbers), emotion
    /// and notes.
    /// </summary>
    public static string Line(Clip clip) => JsonSerializer.Serialize(new
    {
        Dataset = clip.Dataset.Key(),
        clip.Subject,
        Clip = clip.Name,
        clip.Onset,
        clip.Apex,
        clip.Offset,
        ActionUnits = clip.ActionUnits.Select(u => u.Number),
        clip.Emotion,
        clip.Notes,
    }, Format);
}
