using System.Security.Cryptography;
using System.Text;
using CsCheck;
using MerKernel.Data;
using MerKernel.Evaluation;
using MerKernel.Experiments;
using MerKernel.Weights;
using TorchSharp;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>
/// Stores and weights from strangers, with checksums that fit, as somebody who means harm would make them.
/// </summary>
public sealed class StoreFuzzTests(ITestOutputHelper log) : IDisposable
{
    static readonly Experiment Experiment = new() { Dataset = DatasetId.Samm, DatasetFingerprint = "abc" };
    static readonly FoldPrediction Fold = new()
    {
        Subject = "006", Clips = ["006/a", "006/b"], Labels = [0, 1],
        Logits = [[[0.1f, -2.5e-8f], [1f, 3f]], [[1f / 3, 0f], [-0f, 1f]]], TrainingLoss = [1.25f, 0.1f]
    };

    readonly string _folder = Directory.CreateTempSubdirectory("mer-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folds_with_a_checksum_that_fits()
    {
        var store = new RunStore(_folder);
        store.Save("h", Fold, new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
        var body = File.ReadAllText(store.FoldPath("h", "006")).Split('\n')[1][..^1];
        Fuzzer.Run(Mutations.OfText(body), text =>
        {
            var other = new RunStore(Path.Combine(_folder, Guid.NewGuid().ToString("N")));
            Directory.CreateDirectory(other.FolderOf("h"));
            File.WriteAllBytes(other.FoldPath("h", "006"), Encoding.UTF8.GetBytes($"{{\"schema\":1,\"sha256\":\"" +
                $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\",\"fold\":\n{text}}}\n"));
            // A file that is read can be scored; one that cannot is quarantined.
            if (other.TryRead("h", "006") is { } fold)
                _ = EpochProtocol.SideBySide.Select(p => p.Apply([fold])).Count();
            Directory.Delete(other.Folder, recursive: true);
        }, 400, 15, log);
    }

    [Fact]
    public void Files_of_a_store()
    {
        var sound = new RunStore(Path.Combine(_folder, "sound"));
        var hash = ExperimentHash.Of(Experiment);
        sound.Save(Experiment);
        sound.Save(hash, Fold, new FoldFacts(1, DateTime.UnixEpoch, "cpu"));
        var cases = Gen.OneOf([.. Directory.GetFiles(sound.FolderOf(hash))
            .Select(f => Mutations.OfText(File.ReadAllText(f)).Select(text => (Name: Path.GetFileName(f), text)))]);
        Fuzzer.Run(cases, file =>
        {
            var store = new RunStore(Path.Combine(_folder, Guid.NewGuid().ToString("N")));
            Directory.CreateDirectory(store.FolderOf(hash));
            File.WriteAllBytes(Path.Combine(store.FolderOf(hash), file.Name), Encoding.UTF8.GetBytes(file.text));
            _ = store.TryRead(hash, "006");
            _ = store.TryReadFacts(hash, "006");
            foreach (var experiment in store.Experiments()) _ = ExperimentHash.Of(experiment);
            store.Save(Experiment);
            Assert.Equal([hash], store.Experiments().Select(ExperimentHash.Of));
            Directory.Delete(store.Folder, recursive: true);
        }, 200, 5, log);
    }

    [Fact]
    public void Weights()
    {
        var path = Path.Combine(_folder, "w.safetensors");
        Safetensors.Write(path,
            new Dictionary<string, torch.Tensor> { ["a"] = torch.ones(2, 3), ["b.c"] = torch.ones(4, torch.int64) },
            new Dictionary<string, string> { ["format"] = "pt" });
        var whole = File.ReadAllBytes(path);
        var length = BitConverter.ToInt32(whole);
        var headers = Mutations.OfText(Encoding.UTF8.GetString(whole, 8, length)).Select(header =>
        {
            var json = Encoding.UTF8.GetBytes(header);
            return (byte[])[.. BitConverter.GetBytes((long)json.Length), .. json, .. whole[(8 + length)..]];
        });
        Fuzzer.Run(Gen.OneOf(Mutations.OfBytes(whole), headers), bytes =>
        {
            var file = Path.Combine(_folder, $"{Guid.NewGuid():N}.safetensors");
            File.WriteAllBytes(file, bytes);
            try
            {
                using var scope = torch.NewDisposeScope();
                Safetensors.Read(file);
            }
            finally { File.Delete(file); }
        }, 600, 15, log);
    }
}
