using MerKernel.Data;

namespace MerKernel.Experiments;

/// <summary>
/// Makes data sets for those who have none. It is plugged in where a program starts; the library knows no other name
/// for it.
/// </summary>
public interface ISyntheticData
{
    /// <summary>The clips that <see cref="Write"/> writes, of every emotion; reads and writes nothing.</summary>
    /// <param name="dataset">Which data set is imitated.</param>
    /// <param name="size">tiny, small, medium or full.</param>
    ImmutableArray<Clip> Clips(DatasetId dataset, string size);

    /// <summary>Writes a data set below a folder; existing files are kept.</summary>
    /// <param name="dataset">Which data set is imitated.</param>
    /// <param name="size">tiny, small, medium or full.</param>
    /// <param name="root">The folder that gets CASME2/ or SAMM/.</param>
    /// <param name="progress">Told how many clips are done, and of how many; from several threads.</param>
    /// <param name="cancel">Ends the work between two clips.</param>
    /// <exception cref="UserErrorException">The folder holds other data or cannot be written to.</exception>
    void Write(DatasetId dataset, string size, string root, Action<int, int>? progress, CancellationToken cancel);
}
