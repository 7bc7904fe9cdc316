using System.CommandLine;
using MerKernel.Data;
using MerKernel.Experiments;

namespace MerKernel.Cli.Commands;

/// <summary>mer data show CLIP: a clip on one sheet.</summary>
static class DataShowCommand
{
    public static Command Create()
    {
        var clip = new Argument<string>("clip") { Description = "clip, such as 01/EP02_01f or 006_1_2" };
        var target = new Option<string>("--out") { Description = "picture to write (.png)", Required = true };
        var options = new DataOptions();
        var command = new Command("show", "Draw onset, landmarks, apex, difference, optical flow and action units of a clip.  Example: mer data show 01/EP02_01f --out x.png") { clip, target };
        options.AddViewTo(command);
        command.SetAction((parsed, cancel) => Task.Run(() =>
        {
            var name = parsed.GetValue(clip)!;
            // SAMM's clips carry their subject, 006_1_2; CASME II's begin with EP.
            var samm = !name.Contains("EP", StringComparison.OrdinalIgnoreCase);
            options.FallBack(parsed, RepositoryRoot.Find(), Profile.Small.SyntheticSize, [samm ? DatasetId.Samm : DatasetId.CasmeII], cancel);
            var there = options.Datasets(parsed);
            var id = there.Contains(samm ? DatasetId.Samm : DatasetId.CasmeII) ? samm ? DatasetId.Samm : DatasetId.CasmeII : there[0];
            var choices = options.Choices(parsed, id);
            using var view = ClipView.Open(choices.Source(options.Root(parsed), id), name, choices.Preparation(DatasetDescription.In(options.Root(parsed), id), options.Preparation(parsed)));
            using var sheet = InspectionSheet.Draw(view);
            var path = Path.GetFullPath(parsed.GetValue(target)!);
            if (!path.EndsWith(".png", StringComparison.OrdinalIgnoreCase)) throw new UserErrorException($"--out {path} is no .png file; name one.");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!sheet.SaveImage(path)) throw new UserErrorException($"{path} cannot be written; choose another place.");
            Console.WriteLine($"{view.Clip.Id} -> {path}");
            return 0;
        }));
        return command;
    }
}
