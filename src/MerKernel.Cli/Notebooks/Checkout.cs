using System.Text.Json;

namespace MerKernel.Cli.Notebooks;

/// <summary>
/// The checkout that the program, its kernels and its notebooks come from. Data and results lie below a root, which is
/// the checkout too, or a folder of the user's own (MER_ROOT): many may share a checkout that they can only read.
/// </summary>
static class Checkout
{
    /// <summary>The launcher's word for the checkout, where the root is another folder.</summary>
    public const string Variable = "MER_CHECKOUT";

    /// <summary>The checkout of a root; the root itself where the launcher names no other.</summary>
    public static string Of(string root) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : root;

    /// <summary>
    /// The folder of a root's notebooks. In a root that is not the checkout they are the user's own copies: new ones
    /// are added, those that the user has not changed follow the checkout's, and the others stay.
    /// </summary>
    /// <exception cref="UserErrorException">The root cannot be written.</exception>
    public static string Notebooks(string root) => Notebooks(Of(root), root, AppContext.BaseDirectory, Remark.Say);

    /// <param name="checkout">Where the notebooks come from.</param>
    /// <param name="root">Where they are wanted.</param>
    /// <param name="build">The folder of the library that they load.</param>
    /// <param name="say">Receives a message where the user's notebooks differ from newer ones.</param>
    internal static string Notebooks(string checkout, string root, string build, Action<string> say)
    {
        var (from, own) = (Path.Combine(checkout, "notebooks"), Path.Combine(root, "notebooks"));
        if (Path.GetFullPath(checkout) == Path.GetFullPath(root) || !Directory.Exists(from)) return own;
        var memory = Path.Combine(own, ".copied");
        var before = Copied(memory);
        var (copied, kept) = (new SortedDictionary<string, string>(before, StringComparer.Ordinal), new List<string>());
        foreach (var file in Directory.GetFiles(from, "*.ipynb").Append(Path.Combine(from, "mer.csx")))
        {
            var (name, theirs) = (Path.GetFileName(file), File.ReadAllText(file));
            var place = Path.Combine(own, name);
            var mine = File.Exists(place) ? File.ReadAllText(place) : null;
            var last = before.GetValueOrDefault(name);
            if (mine is null || (mine != theirs && last == Sha.Of(mine))) AtomicFile.Write(place, theirs);
            else if (mine != theirs)
            {
                if (last != Sha.Of(theirs)) kept.Add(name);
                continue;
            }
            copied[name] = Sha.Of(theirs);
        }
        if (!copied.SequenceEqual(before.OrderBy(c => c.Key, StringComparer.Ordinal)))
            AtomicFile.Write(memory, JsonSerializer.Serialize(copied) + "\n");
        if (kept.Count > 0)
            say($"{string.Join(", ", kept)} in {own}: you changed them, and {checkout} has newer ones since; yours " +
                "are kept. Delete one to get the newer.");
        Link(Path.Combine(root, "artifacts", "in-use"), build.TrimEnd('/'));
        return own;
    }

    /// <summary>The build that mer.csx loads.</summary>
    static void Link(string link, string build)
    {
        if (new FileInfo(link).LinkTarget == build) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            // A link to a folder cannot be moved over another.
            File.Delete(link);
            File.CreateSymbolicLink(link, build);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Unwritable(link, e);
        }
    }

    static Dictionary<string, string> Copied(string memory)
    {
        try
        {
            return File.Exists(memory)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(memory)) ?? [] : [];
        }
        catch (JsonException) { return []; }
    }
}
