using Mono.Cecil;
using Mono.Cecil.Cil;

namespace MerKernel.Tests;

/// <summary>
/// TorchSharp turns a number that is only an argument into a Scalar that nothing keeps alive: the garbage collector may free it while libtorch reads it. A fold then
/// fails with 'Unknown scalar type', as two in seven hundred did, or computes with another number. So no such call may be in the library.
/// </summary>
public class FinalisedNumbersTests
{
    const string Scalar = "TorchSharp.Scalar";

    [Theory]
    [InlineData("MerKernel"), InlineData("MerKernel.Native")]
    public void Every_number_lives_until_libtorch_has_read_it(string assembly)
    {
        using var torch = Module("TorchSharp");
        var methods = torch.GetTypes().Where(t => t.FullName != Scalar && t.Name != "ScalarExtensionMethods").SelectMany(t => t.Methods).Where(m => m.HasBody).ToList();
        var losing = methods.Where(m => m.Body.Instructions.Any(Loses)).Select(m => m.FullName).ToHashSet();
        for (var known = 0; known < losing.Count;)
        {
            known = losing.Count;
            losing.UnionWith(methods.Where(m => m.Body.Instructions.Any(i => i.Operand is MethodReference r && losing.Contains(r.FullName))).Select(m => m.FullName));
        }
        // As TorchSharp is now, a + b and the square are among them; if these are not found, nothing would be.
        Assert.Contains(losing, name => name.Contains("op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", StringComparison.Ordinal));
        Assert.Contains(losing, name => name.EndsWith("Tensor::square()", StringComparison.Ordinal));

        using var own = Module(assembly);
        Assert.Empty(from type in own.GetTypes()
                     from method in type.Methods
                     where method.HasBody
                     from i in method.Body.Instructions
                     where Loses(i) || i.Operand is MethodReference called && losing.Contains(called.FullName)
                     select $"{type.Name}.{method.Name} calls {((MethodReference)i.Operand).Name}; use Numbers, or a Scalar in a using");
    }

    /// <summary>Whether an instruction makes a Scalar and hands it on without keeping it in a variable or field.</summary>
    static bool Loses(Instruction i) => i.OpCode.Code is Code.Call or Code.Newobj && i.Operand is MethodReference { Name: "op_Implicit" or ".ctor" } made
        && made.DeclaringType.FullName == Scalar && !i.Next.OpCode.Name.StartsWith("st", StringComparison.Ordinal);

    static ModuleDefinition Module(string name) => ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, name + ".dll"));
}
