using System.Diagnostics;

namespace MerKernel.Reliability.Tests.Crash;

/// <summary>
/// A tmpfs of a few hundred kilobytes: a real file system that is really full or really read-only. Mounting takes root
/// (or sudo without a password).
/// </summary>
sealed class SmallDisk : IDisposable
{
    readonly WorkFolder _folder = new();

    SmallDisk() { }

    /// <summary>Where it is mounted.</summary>
    public string Path => _folder;

    /// <summary>A disk, or null where none may be mounted (an ordinary container, an ordinary user).</summary>
    public static SmallDisk? TryMount(int kilobytes)
    {
        var disk = new SmallDisk();
        if (Do("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k,mode=777", "tmpfs", disk.Path)) return disk;
        disk._folder.Dispose();
        return null;
    }

    /// <summary>Changes options, for example 'size=400k' or 'ro'.</summary>
    public void Remount(string options) => Assert.True(Do("mount", "-o", $"remount,{options}", Path));

    static bool Do(params string[] line)
    {
        if (!Environment.IsPrivilegedProcess) line = ["sudo", "-n", .. line];
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Do("umount", Path);
        _folder.Dispose();
    }
}
