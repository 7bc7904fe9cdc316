namespace CSharpJupyter.Kernel;

/// <summary><c>install</c>, <c>uninstall</c> and <c>list</c> of the kernel's program.</summary>
static class SpecCommand
{
    public const string Usage = """
        usage: CSharpJupyter CONNECTION_FILE                 (a Jupyter client starts this)
               CSharpJupyter install [--name N] [--display-name D] [--data-dir F] [--env K=V]...
               CSharpJupyter uninstall [--name N] [--data-dir F]
               CSharpJupyter list [--data-dir F]
        """;

    public static int Run(string[] args)
    {
        var (name, display, folder) = ("csharp", "C#", KernelSpecs.UserFolder);
        var environment = new Dictionary<string, string>();
        for (var i = 1; i < args.Length; i += 2)
        {
            if (i + 1 == args.Length) return Refuse($"{args[i]} needs a value.");
            switch (args[i])
            {
                case "--name": name = args[i + 1]; break;
                case "--display-name": display = args[i + 1]; break;
                case "--data-dir": folder = Path.GetFullPath(args[i + 1]); break;
                case "--env" when args[i + 1].Split('=', 2) is [var key, var value]: environment[key] = value; break;
                default: return Refuse($"{args[i]} {args[i + 1]} is not known.");
            }
        }
        switch (args[0])
        {
            case "install":
                var file = KernelSpecs.Install(folder, name, display, environment);
                if (file is null) return Refuse($"{name} in {folder} belongs to another kernel and is kept.");
                Console.WriteLine($"installed {name} ({display}): {file}");
                return 0;
            case "uninstall":
                Console.WriteLine(KernelSpecs.Uninstall(folder, name) ? $"removed {name} from {folder}" : $"there is no {name} of this kernel in {folder}");
                return 0;
            default:
                foreach (var (spec, program) in KernelSpecs.List(folder)) Console.WriteLine($"{spec}\t{program}{(File.Exists(program) ? "" : "  (missing: install again)")}");
                return 0;
        }
    }

    static int Refuse(string why)
    {
        Console.Error.WriteLine($"csharp-jupyter: {why}\n{Usage}");
        return 2;
    }
}
