using System.Collections;
using System.Reflection;
using MerKernel.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MerKernel.Tests.Placement;

/// <summary>
/// Finds the tensors that something holds, in whatever field, list or dictionary: also those that a network forgot to
/// register, and moves not.
/// </summary>
internal static class HeldTensors
{
    /// <summary>Where the tensors lie that do not lie on a device: the fields on the way to each.</summary>
    public static IReadOnlyList<string> NotOn(DeviceType device, params object[] roots) =>
        [.. roots.SelectMany(Of).Where(held => held.Tensor.device_type != device)
            .Select(held => $"{held.Path} on {held.Tensor.device}")];

    /// <summary>Every tensor that can be reached from an object, and its gradient.</summary>
    public static IEnumerable<(string Path, Tensor Tensor)> Of(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var next = new Stack<(string Path, object Value)>([(root.GetType().Name, root)]);
        while (next.TryPop(out var at))
        {
            var (path, value) = at;
            if (!seen.Add(value)) continue;
            if (value is Tensor tensor)
            {
                if (tensor.IsInvalid) continue;
                yield return (path, tensor);
                if (tensor.is_leaf && tensor.requires_grad && tensor.grad is { } gradient)
                    yield return ($"{path}.grad", gradient);
                continue;
            }

            // TorchSharp's own collections do not all enumerate; their fields are .NET's, which do.
            if (value is Array || (value is IEnumerable
                && value.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) == true))
            {
                foreach (var (item, i) in ((IEnumerable)value).Cast<object?>().Select((item, i) => (item, i)))
                    if (item is not null) next.Push(($"{path}[{i}]", item));
                continue;
            }

            for (var type = value.GetType(); type is not null; type = type.BaseType)
                foreach (var field in type.GetFields(
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                    if (IsLookedInto(field.FieldType) && field.GetValue(value) is { } held
                        && IsLookedInto(held.GetType()))
                        next.Push(($"{path}.{field.Name}", held));
        }
    }

    // A generator's own tensors and what a scope will dispose of have no part in the arithmetic; a data set stays where
    // it is, and its copy moves.
    static bool IsLookedInto(Type type) =>
        !type.IsPrimitive && !type.IsEnum && !type.IsPointer && type != typeof(string)
        && !typeof(Delegate).IsAssignableFrom(type) && !typeof(MemberInfo).IsAssignableFrom(type)
        && type != typeof(MerDataset) && type != typeof(Generator) && type != typeof(DisposeScope)
        && (type.Namespace?.StartsWith("System.Threading", StringComparison.Ordinal) != true);
}
