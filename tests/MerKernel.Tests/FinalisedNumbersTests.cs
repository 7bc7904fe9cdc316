using MerKernel.Models;
using Mono.Cecil;
using Mono.Cecil.Cil;
using TorchSharp;

namespace MerKernel.Tests;

/// <summary>
/// TorchSharp turns a number that is only an argument into a Scalar that nothing keeps alive: the garbage collector may
/// free it while libtorch reads it. A fold then fails with 'Unknown scalar type', as two in seven hundred did, or
/// computes with another number. So no such call may be in the library.
/// </summary>
public class FinalisedNumbersTests
{
    const string Scalar = "TorchSharp.Scalar";

    [Theory]
    [InlineData("MerKernel"), InlineData("MerKernel.Native")]
    public void Every_number_lives_until_libtorch_has_read_it(string assembly)
    {
        using var torch = Module("TorchSharp");
        var losing = Losing(torch);
        // As TorchSharp is now, a + b and the square are among them; if these are not found, nothing would be.
        Assert.Contains(losing, name =>
            name.Contains("op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", StringComparison.Ordinal));
        Assert.Contains(losing, name => name.EndsWith("Tensor::square()", StringComparison.Ordinal));

        using var own = Module(assembly);
        Assert.Empty(from type in own.GetTypes()
                     from method in type.Methods
                     where method.HasBody
                     from i in method.Body.Instructions
                     where Loses(i) || i.Operand is MethodReference called && losing.Contains(called.FullName)
                     select $"{type.Name}.{method.Name} calls {((MethodReference)i.Operand).Name}; use Numbers, or a " +
                         "Scalar in a using");
    }

    /// <summary>
    /// A call of a module is a call of its forward, which no instruction names. TorchSharp's BatchNorm counts its
    /// batches so, and <see cref="SafeBatchNorm"/> does not.
    /// </summary>
    [Fact]
    public void No_module_of_TorchSharps_that_is_made_loses_a_number_when_it_is_called()
    {
        using var torch = Module("TorchSharp");
        var losing = Losing(torch);
        string[] Lose(IEnumerable<TypeReference> types) =>
            [.. types.Select(t => t.FullName).Distinct()
                .Where(name => Bases(torch.GetType(name))
                    .Any(t => t.Methods.Any(m => m.Name == "forward" && losing.Contains(m.FullName))))
                .Order(StringComparer.Ordinal)];
        // Made by a constructor, or returned by torch.nn's functions.
        string[] MadeIn(params string[] assemblies) => Lose(assemblies.SelectMany(assembly =>
        {
            using var own = Module(assembly);
            return own.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody).SelectMany(m => m.Body.Instructions)
                .Select(i => (i.OpCode.Code, Called: i.Operand as MethodReference)).Where(i => i.Called is not null
                    && (i.Code == Code.Newobj || i.Called.DeclaringType.FullName == "TorchSharp.torch/nn"))
                .Select(i => i.Code == Code.Newobj ? i.Called!.DeclaringType : i.Called!.ReturnType).ToList();
        }));

        Assert.Empty(MadeIn("MerKernel", "MerKernel.Native"));
        // This method makes one, so it is found where there is one.
        using var made = TorchSharp.torch.nn.BatchNorm2d(1);
        Assert.Contains("TorchSharp.Modules.BatchNorm2d", MadeIn("MerKernel.Tests"));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Batch_normalisation_computes_and_counts_as_TorchSharps(int dimensions)
    {
        using var scope = torch.NewDisposeScope();
        TorchSharp.Modules.BatchNorm[] both = dimensions switch
        {
            1 => [torch.nn.BatchNorm1d(3), Layers.BatchNorm1d(3)],
            2 => [torch.nn.BatchNorm2d(3), Layers.BatchNorm2d(3)],
            _ => [torch.nn.BatchNorm3d(3), Layers.BatchNorm3d(3)],
        };
        long[] shape = [4, 3, .. Enumerable.Repeat(5L, dimensions == 1 ? 0 : dimensions)];
        for (var batch = 0; batch < 3; batch++) AssertSame(torch.randn(shape));
        foreach (var norm in both) norm.eval();
        AssertSame(torch.randn(shape));
        Assert.Equal(both[0].state_dict().Keys, both[1].state_dict().Keys);
        foreach (var (name, value) in both[0].state_dict())
            Assert.True(value.eq(both[1].state_dict()[name]).all().item<bool>(), name);
        Assert.Equal(3, both[1].num_batches_tracked!.item<long>());
        Assert.Equal(both[0].GetType().Name, ModelSummary.NameOf(both[1]));

        void AssertSame(torch.Tensor x) => Assert.True(both[0].call(x).eq(both[1].call(x)).all().item<bool>());
    }

    static HashSet<string> Losing(ModuleDefinition torch)
    {
        var methods = torch.GetTypes().Where(t => t.FullName != Scalar && t.Name != "ScalarExtensionMethods")
            .SelectMany(t => t.Methods).Where(m => m.HasBody).ToList();
        var losing = methods.Where(m => m.Body.Instructions.Any(Loses)).Select(m => m.FullName).ToHashSet();
        for (var known = 0; known < losing.Count;)
        {
            known = losing.Count;
            losing.UnionWith(methods.Where(m =>
                m.Body.Instructions.Any(i => i.Operand is MethodReference r && losing.Contains(r.FullName)))
                .Select(m => m.FullName));
        }
        return losing;
    }

    static IEnumerable<TypeDefinition> Bases(TypeDefinition? type)
    {
        for (; type is not null && type.FullName.StartsWith("TorchSharp.Modules.", StringComparison.Ordinal);
            type = type.BaseType?.Resolve())
            yield return type;
    }

    /// <summary>
    /// Whether an instruction makes a Scalar and hands it on without keeping it in a variable or field.
    /// </summary>
    static bool Loses(Instruction i) => i.OpCode.Code is Code.Call or Code.Newobj
        && i.Operand is MethodReference { Name: "op_Implicit" or ".ctor" } made
        && made.DeclaringType.FullName == Scalar && !i.Next.OpCode.Name.StartsWith("st", StringComparison.Ordinal);

    static ModuleDefinition Module(string name) =>
        ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
}
