using System.Buffers.Binary;
using System.Text;

namespace MerKernel;

/// <summary>The symbols of a 64-bit shared library (ELF, System V gABI chapters 4 and 5).</summary>
internal static class ElfSymbols
{
    const int DynamicSymbols = 11, SymbolSize = 24, SectionSize = 64, Weak = 2;

    /// <summary>Names of the functions and variables that a library takes from others; weak ones, which it can do without, are left out.</summary>
    /// <param name="path">The library.</param>
    /// <exception cref="InvalidDataException">The file is no such library.</exception>
    public static IEnumerable<string> Undefined(string path)
    {
        var file = File.ReadAllBytes(path);
        if (!file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x7f, .. "ELF"u8, 2, 1])) throw new InvalidDataException($"{path} is not a 64-bit shared library.");
        var sections = (int)Long(file, 0x28);
        var symbols = Enumerable.Range(0, Short(file, 0x3c)).Select(i => sections + i * SectionSize).Single(s => Int(file, s + 4) == DynamicSymbols);
        var names = (int)Long(file, sections + Int(file, symbols + 0x28) * SectionSize + 0x18);
        var (first, size) = ((int)Long(file, symbols + 0x18), (int)Long(file, symbols + 0x20));
        for (var symbol = first; symbol < first + size; symbol += SymbolSize)
        {
            var name = names + Int(file, symbol);
            if (Short(file, symbol + 6) == 0 && file[symbol + 4] >> 4 != Weak && file[name] != 0)
                yield return Encoding.ASCII.GetString(file, name, Array.IndexOf(file, (byte)0, name) - name);
        }
    }

    static int Short(byte[] file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));

    static int Int(byte[] file, int at) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at));

    static long Long(byte[] file, int at) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
}
