namespace MerKernel.Synthetic;

/// <summary>How much of the real data set a look-alike imitates.</summary>
public enum LookAlikeSize
{
    /// <summary>Three subjects, twelve five-class clips, the shortest clips that still have a course: for tests of the whole path.</summary>
    Tiny,

    /// <summary>Eight subjects and short clips: CASME II 64 five-class clips, SAMM 56.</summary>
    Small,

    /// <summary>The real sets' subjects, clips and class counts: CASME II 26 and 255 rows, SAMM 29 and 159 rows.</summary>
    Full,
}
