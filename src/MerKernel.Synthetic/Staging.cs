using MerKernel.Data;

namespace MerKernel.Synthetic;

/// <summary>How a clip is staged before its first frame: how it unfolds and where the face sits.</summary>
/// <param name="Course">Growth of the movement, drift of head and lamp.</param>
/// <param name="Pose">Where the face stands in the raw frame.</param>
/// <param name="Random">The clip's generator after these draws.</param>
sealed record Staging(ClipCourse Course, Pose Pose, Random Random)
{
    public static Staging Of(DatasetId dataset, LookAlikeOptions options, LookAlikeClip clip)
    {
        var random = RandomExtensions.For(options.Seed, "film", dataset.ToString(), clip.Subject, clip.Name);
        var course = new ClipCourse(clip.Onset, clip.Apex, clip.Offset, random);
        return new Staging(course, Camera.Of(dataset).Place(random), random);
    }

    /// <summary>The invented person behind a subject.</summary>
    public static FaceIdentity Person(DatasetId dataset, LookAlikeOptions options, string subject) =>
        FaceIdentity.Draw(RandomExtensions.Seed(options.Seed, "person", dataset.ToString(), subject));
}
