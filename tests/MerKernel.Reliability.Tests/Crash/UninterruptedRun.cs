namespace MerKernel.Reliability.Tests.Crash;

/// <summary>What the others are compared with: the job run once, undisturbed, with one worker.</summary>
public sealed class UninterruptedRun : IDisposable
{
    readonly WorkFolder _folder = new();

    public UninterruptedRun()
    {
        var (code, _, errors) = MerProcess.Run(_folder, $"{Job.Command} --workers 1");
        Assert.True(code == 0, errors);
        Expected = Tree.Of(_folder);
    }

    /// <summary>Its folder.</summary>
    public string Folder => _folder;

    /// <summary>Its files.</summary>
    public string[] Expected { get; }

    public void Dispose() => _folder.Dispose();
}
