using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using MerKernel.Experiments;
using MerKernel.Native;
using MerKernel.Reports;
using MerKernel.Synthetic;

namespace MerKernel.Tests;

/// <summary>
/// The public names of each package against its PublicApi.txt, so that none is added or lost unseen. MER_ACCEPT_API=1
/// writes the files anew.
/// </summary>
public sealed class PublicApiTests
{
    public static TheoryData<Type> Packages =>
        [typeof(Workbench), typeof(SyntheticData), typeof(Study), typeof(NativeOps)];

    [Theory, MemberData(nameof(Packages))]
    public void The_public_names_are_those_listed(Type type)
    {
        var assembly = type.Assembly;
        var path = Path.Combine(RepositoryRoot.Find(), "src", assembly.GetName().Name!, "PublicApi.txt");
        var text = Describe(assembly);
        if (Environment.GetEnvironmentVariable("MER_ACCEPT_API") is { Length: > 0 }) File.WriteAllText(path, text);
        var (listed, found) = (File.ReadAllLines(path), text.TrimEnd().Split('\n'));
        Assert.True(listed.SequenceEqual(found),
            $"{path} is out of date; if the change is wanted: MER_ACCEPT_API=1 ./mer test --filter PublicApi\n" +
                string.Join('\n',
                    found.Except(listed).Select(l => $"+ {l}").Concat(listed.Except(found).Select(l => $"- {l}"))));
    }

    [Fact]
    public void A_type_is_listed_with_its_members() => Assert.Equal(
        "record PublicApiTests.Sample : Object\n  .ctor(Int32 size, IEnumerable<String> names)\n" +
        "  Nullable<Double> Half(Int32& rest, Boolean round = default)\n  Int32 Size { get; init; }\n" +
        "  IEnumerable<String> Names { get; init; }\n",
        string.Join('\n', Lines(typeof(Sample)).Select(l => l.Replace("static ", ""))) + "\n");

    public sealed record Sample(int Size, IEnumerable<string> Names)
    {
        public static double? Half(out int rest, bool round = false) => (rest = round ? 0 : 1) / 2.0;
    }

    static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var group in assembly.GetExportedTypes().GroupBy(t => t.Namespace)
            .OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            text.Append($"namespace {group.Key}\n\n");
            foreach (var type in group.OrderBy(t => t.FullName, StringComparer.Ordinal))
                text.AppendJoin('\n', Lines(type)).Append("\n\n");
        }
        return text.ToString().TrimEnd() + "\n";
    }

    /// <summary>
    /// A type's line and one for each member of its own; members that the compiler makes of a record go without saying.
    /// </summary>
    static IEnumerable<string> Lines(Type type)
    {
        var kind = type.IsEnum
            ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : type.GetMethod("<Clone>$") is not null ? "record"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsAbstract ? "abstract class"
            : "class";
        var bases = (type is { IsValueType: false, BaseType: { } parent } && kind is not "static class"
            ? [parent]
            : Type.EmptyTypes)
            .Concat(type.IsEnum ? [] : type.GetInterfaces()
                .Where(i => i.IsPublic && i.Namespace!.StartsWith("MerKernel", StringComparison.Ordinal)));
        yield return $"{kind} {Name(type)}{(bases.Any() ? $" : {string.Join(", ", bases.Select(Name))}" : "")}";
        if (type.IsEnum)
        {
            yield return $"  {string.Join(", ", Enum.GetNames(type))}";
            yield break;
        }
        const BindingFlags own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
            | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        var members = type.GetConstructors(own).Where(c => Seen(c) && !c.IsStatic)
            .Where(c => kind != "record" || c.GetParameters() is not [{ } one] || one.ParameterType != type)
            .Select(c => $".ctor({Parameters(c)})")
            .Concat(type.GetMethods(own).Where(m => Seen(m)
                && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal))
                && !m.IsDefined(typeof(CompilerGeneratedAttribute)) && !m.Name.Contains('<')
                && m.GetBaseDefinition().DeclaringType != typeof(object))
                .OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"{(m.IsStatic ? "static " : "")}" +
                    $"{Name(m.ReturnType)} {m.Name}" +
                    $"{(m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(Name))}>" : "")}(" +
                    $"{Parameters(m)})"))
            .Concat(type.GetProperties(own)
                .Where(p => p.GetAccessors(nonPublic: true).Any(Seen) && p.Name != "EqualityContract").Select(Property))
            .Concat(type.GetFields(own).Where(f => f.IsPublic || f.IsFamily)
                .Select(f => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}"))
            .Concat(type.GetEvents(own).Where(e => Seen(e.AddMethod!))
                .Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"));
        foreach (var member in members) yield return "  " + member;
    }

    static string Property(PropertyInfo p)
    {
        var set = p.SetMethod is { } setter && Seen(setter)
            ? setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;"
            : "";
        var index = p.GetIndexParameters() is { Length: > 0 }
            ? $"[{string.Join(", ", p.GetIndexParameters().Select(i => Name(i.ParameterType)))}]" : "";
        return $"{(p.GetAccessors(nonPublic: true)[0].IsStatic ? "static " : "")}{Name(p.PropertyType)} " +
            $"{p.Name}{index} {{{(p.GetMethod is { } get && Seen(get) ? " get;" : "")}{set} }}";
    }

    static bool Seen(MethodBase method) => method.IsPublic
        || (method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType is { IsSealed: false };

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters()
        .Select(p => $"{Name(p.ParameterType)} {Low(p.Name!)}{(p.HasDefaultValue ? " = default" : "")}"));

    /// <summary>
    /// A record's parameters have the names of its properties; with a small letter they read as parameters.
    /// </summary>
    static string Low(string name) => char.ToLowerInvariant(name[0]) + name[1..];

    static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        if (type.IsByRef) return $"{Name(type.GetElementType()!)}&";
        var name = type.IsNested ? $"{type.DeclaringType!.Name.Split('`')[0]}.{type.Name}" : type.Name;
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }
}
