using System.Collections.Immutable;
using System.CommandLine;
using MerKernel.Data;

namespace MerKernel.Cli.Commands;

/// <summary>The options that say where a data set lies and how it is prepared.</summary>
sealed class DataOptions
{
    readonly Option<string?> _root = CommonOptions.Data();
    readonly Option<string?> _dataset = new("--dataset") { Description = "casme2 or samm" };
    readonly Option<string?> _sheet = new("--sheet") { Description = "coding sheet (default: the newest in the data set's folder)" };
    readonly Option<FrameKind> _frames = Choice("--frames", "any, cropped or raw", FrameKind.Any);
    readonly Option<FaceAlignment> _alignment = Choice("--alignment", "auto (raw frames by landmarks, cropped ones only resized), landmarks or none", FaceAlignment.Auto);
    readonly Option<NoFacePolicy> _noFace = Choice("--no-face", "a clip without a face: fail, centre-crop or drop", NoFacePolicy.Fail);
    readonly Option<UnusableClipPolicy> _unusable = Choice("--unusable", "a clip without a readable onset or apex: fail or drop", UnusableClipPolicy.Fail);
    readonly Option<int> _size = new("--size") { Description = "side length of the frames in pixels", DefaultValueFactory = _ => 224 };
    readonly Option<string> _classes = new("--classes") { Description = "five, megc3 or all", DefaultValueFactory = _ => "five" };
    readonly Option<string[]> _exclude = new("--exclude") { Description = "clip to leave out, such as 07/EP06_01; may be repeated", AllowMultipleArgumentsPerToken = true };
    readonly Option<string?> _cache = new("--cache") { Description = "folder of the prepared clips (default: results/cache of the checkout)" };
    readonly Option<int> _workers = new("--workers") { Description = "clips prepared side by side", DefaultValueFactory = _ => Environment.ProcessorCount };

    /// <summary>Errata that are not repaired.</summary>
    public static Option<string[]> WithoutErratum() => new("--without-erratum")
    {
        Description = $"leave a known erratum as printed; may be repeated: {string.Join(", ", Errata.Known.Select(e => e.Id))}",
        AllowMultipleArgumentsPerToken = true,
    };

    readonly Option<string[]> _errata = WithoutErratum();

    public void AddSourceTo(Command command) => Add(command, _root, _dataset, _sheet, _frames, _errata);

    public void AddPreparationTo(Command command) => Add(command, _alignment, _noFace, _unusable, _size, _classes, _exclude, _cache, _workers);

    public void AddViewTo(Command command) => Add(command, _alignment, _noFace, _size);

    /// <summary>The data sets meant: the one named, or those that the root holds.</summary>
    public ImmutableArray<DatasetSource> Sources(ParseResult parsed)
    {
        var root = parsed.GetValue(_root) ?? Path.Combine(RepositoryRoot.Find(), "data");
        DatasetSource Source(DatasetId id) => new(root, id) { Sheet = parsed.GetValue(_sheet), Frames = parsed.GetValue(_frames) };
        if (parsed.GetValue(_dataset) is { } name) return [Source(CommonOptions.ParseDataset(name))];
        var found = Enum.GetValues<DatasetId>().Select(Source).Where(Exists).ToImmutableArray();
        // With neither there, the reader's own sentence says what was found and expected.
        return found.IsEmpty ? [Source(DatasetId.CasmeII)] : found;
    }

    public ImmutableArray<Erratum> RepairedErrata(ParseResult parsed) => Errata.Except(parsed.GetValue(_errata) ?? []);

    public PreparationOptions Preparation(ParseResult parsed, DatasetId dataset) => new()
    {
        Size = parsed.GetValue(_size),
        Classes = parsed.GetValue(_classes) switch
        {
            "five" or null => ClassSet.Five(dataset),
            "megc3" => ClassSet.MegcThree,
            "all" => ClassSet.All(dataset),
            var other => throw new UserErrorException($"--classes {other} is not known; use five, megc3 or all."),
        },
        Alignment = parsed.GetValue(_alignment),
        NoFace = parsed.GetValue(_noFace),
        Unusable = parsed.GetValue(_unusable),
        Errata = RepairedErrata(parsed),
        Exclude = [.. parsed.GetValue(_exclude) ?? []],
        CacheFolder = parsed.GetValue(_cache) ?? Path.Combine(RepositoryRoot.Find(), "results", "cache"),
        Workers = parsed.GetValue(_workers),
    };

    static bool Exists(DatasetSource source)
    {
        try
        {
            FrameLayout.Find(source);
            return true;
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    static void Add(Command command, params Option[] options)
    {
        foreach (var option in options) command.Options.Add(option);
    }

    // 'centre-crop' and CentreCrop are the same choice.
    static Option<T> Choice<T>(string name, string description, T usual) where T : struct, Enum => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => usual,
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (Enum.TryParse<T>(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
            throw new UserErrorException($"{name} {text} is not known; use {description[(description.LastIndexOf(':') + 1)..].Trim()}.");
        },
    };
}
