namespace MerKernel.Reliability.Tests.Crash;

/// <summary>What the others are compared with: a job run once, undisturbed, with one worker.</summary>
public abstract class UndisturbedRun : IDisposable
{
    readonly WorkFolder _folder = new();

    private protected UndisturbedRun(string command)
    {
        var (code, _, errors) = MerProcess.Run(_folder, $"{command} --workers 1");
        Assert.True(code == 0, errors);
        Expected = Tree.Of(_folder);
    }

    /// <summary>Its folder.</summary>
    public string Folder => _folder;

    /// <summary>Its files.</summary>
    public string[] Expected { get; }

    public void Dispose() => _folder.Dispose();
}
