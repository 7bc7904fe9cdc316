namespace MerKernel;

/// <summary>Moves a damaged file out of the way, so that it is made again and can still be looked at.</summary>
static class SetAside
{
    /// <summary>Renames a file to NAME.damaged and says so.</summary>
    /// <param name="path">The file.</param>
    /// <param name="why">Its fault.</param>
    /// <param name="cure">The next step, for example 'the fold is computed again'.</param>
    /// <param name="warn">Receives the message.</param>
    public static void Move(string path, string why, string cure, Action<string>? warn)
    {
        try
        {
            File.Move(path, path + ".damaged", overwrite: true);
            warn?.Invoke($"{path} is damaged ({why}); it was quarantined as {Path.GetFileName(path)}.damaged and {cure}.");
        }
        catch (FileNotFoundException) { /* Another process has quarantined it. */ }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            warn?.Invoke($"{path} is damaged ({why}) and cannot be quarantined ({e.Message.TrimEnd('.')}); delete it or make its folder writable.");
        }
    }
}
