using System.Text.Json;
using MerKernel.Data;
using MerKernel.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Benchmarks.Gpu;

/// <summary>
/// The small profile's synthetic data, prepared, in one file that needs no OpenCV: a line of JSON, then the frames'
/// bytes. Random data of any size, too.
/// </summary>
static class PackedData
{
    sealed record Row(string Subject, string Name, int[] Units, int Label, int[] Onsets, int[] Apexes);

    sealed record Header(string Fingerprint, string[] Classes, Row[] Rows, long[] Shape);

    public static void Write(string path)
    {
        using var bench = new Workbench { Profile = Profile.Small, Synthetic = new Synthetic.SyntheticData() };
        var data = bench.Load(DatasetId.CasmeII);
        Row[] rows = [.. data.Clips.Select((c, i) => new Row(
            c.Subject, c.Name, [.. c.ActionUnits.Select(u => u.Number)], data.Labels[i], [.. data.OnsetFrames[i]],
            [.. data.ApexFrames[i]]))];
        using var file = File.Create(path);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(new Header(data.Fingerprint, [.. data.Classes], rows,
            data.Frames.shape)));
        file.WriteByte((byte)'\n');
        file.Write(data.Frames.bytes);
    }

    public static MerDataset Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var end = Array.IndexOf(bytes, (byte)'\n');
        var header = JsonSerializer.Deserialize<Header>(bytes.AsSpan(0, end))!;
        return Of(header, from_array(bytes[(end + 1)..]).view(header.Shape));
    }

    /// <summary>
    /// As many subjects and clips as CASME II has (249 of 26), one onset and one apex each, of random pixels.
    /// </summary>
    public static MerDataset Random(int size, int clips = 249, int subjects = 26)
    {
        Row[] rows = [.. Enumerable.Range(0, clips)
            .Select(i => new Row($"{i % subjects + 1:00}", $"EP{i}", [4], i % 5, [2 * i], [2 * i + 1]))];
        var header = new Header($"random-{size}-{clips}", ["a", "b", "c", "d", "e"], rows, [2 * clips, 3, size, size]);
        return Of(header, randint(0, 256, header.Shape, ScalarType.Byte));
    }

    static MerDataset Of(Header header, Tensor frames) => new()
    {
        Id = DatasetId.CasmeII,
        Synthetic = true,
        Fingerprint = header.Fingerprint,
        Classes = [.. header.Classes],
        Clips = [.. header.Rows.Select(r => new Clip
        {
            Dataset = DatasetId.CasmeII, Subject = r.Subject, Name = r.Name, Onset = 1, Apex = 2, Offset = 3,
            ActionUnits = [.. r.Units.Select(u => new ActionUnit(u))], Emotion = header.Classes[r.Label],
        })],
        Labels = [.. header.Rows.Select(r => r.Label)],
        Frames = frames,
        OnsetFrames = [.. header.Rows.Select(r => System.Collections.Immutable.ImmutableArray.Create(r.Onsets))],
        ApexFrames = [.. header.Rows.Select(r => System.Collections.Immutable.ImmutableArray.Create(r.Apexes))],
    };
}
