using System.Buffers.Binary;
using System.Text;

namespace MerKernel.Reliability.Tests.Fuzz;

/// <summary>
/// Writes a workbook of one sheet as Excel 97 did (.xls): records of BIFF8, strings in a shared table, in a compound
/// file of 512-byte sectors.
/// </summary>
static class BinaryWorkbook
{
    const int Sector = 512;
    const uint EndOfChain = 0xFFFFFFFE, FatSector = 0xFFFFFFFD, Free = 0xFFFFFFFF;

    /// <param name="rows">Cells: whole numbers as numbers, everything else as text.</param>
    public static byte[] Of(IReadOnlyList<string[]> rows)
    {
        var strings = rows.SelectMany(r => r).Where(c => !int.TryParse(c, out _)).Distinct().ToList();
        byte[] opened = [.. Record(0x0809, U16(0x0600), U16(5), new byte[12]), .. Record(0x0042, U16(1200))];
        byte[] shared = [.. Record(0x00FC, U32(strings.Count), U32(strings.Count), strings.SelectMany(Text).ToArray()),
            .. Record(0x000A)];
        const string Name = "Sheet1";
        // The sheet's place is before it; its record has a fixed length.
        var place = opened.Length + 4 + 8 + Name.Length + shared.Length;
        byte[] globals = [.. opened,
            .. Record(0x0085, U32(place), [0, 0, (byte)Name.Length, 0], Encoding.ASCII.GetBytes(Name)), .. shared];
        byte[] sheet =
        [
            .. Record(0x0809, U16(0x0600), U16(0x10), new byte[12]),
            .. Record(0x0200, U32(0), U32(rows.Count), U16(0), U16(rows.Max(r => r.Length)), U16(0)),
            .. rows.SelectMany((row, r) => row.SelectMany((cell, c) => int.TryParse(cell, out var number)
                ? Record(0x027E, U16(r), U16(c), U16(0), U32(number << 2 | 2))
                : Record(0x00FD, U16(r), U16(c), U16(0), U32(strings.IndexOf(cell))))),
            .. Record(0x00E5, U16(1), U16(0), U16(0), U16(0), U16(0)), .. Record(0x000A),
        ];
        return Compound([.. globals, .. sheet]);
    }

    static byte[] Compound(byte[] stream)
    {
        // Shorter streams would live in a stream of their own kind.
        var sectors = Math.Max(8, (stream.Length + Sector - 1) / Sector);
        var chain = Enumerable.Range(0, sectors).Select(i => i == sectors - 1 ? EndOfChain : (uint)(i + 3));
        byte[] fat = [.. new[] { FatSector, EndOfChain }.Concat(chain).Concat(Enumerable.Repeat(Free, Sector / 4))
            .Take(Sector / 4).SelectMany(U32)];
        byte[] header =
        [
            0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[16], .. U16(0x3E), .. U16(3), .. U16(0xFFFE),
            .. U16(9), .. U16(6), .. new byte[10],
            .. U32(1), .. U32(1), .. U32(0), .. U32(4096), .. U32(EndOfChain), .. U32(0), .. U32(EndOfChain), .. U32(0),
            .. U32(0), .. Enumerable.Repeat(Free, 108).SelectMany(U32),
        ];
        byte[] directory = [.. Entry("Root Entry", 5, 1, EndOfChain, 0),
            .. Entry("Workbook", 2, Free, 2, sectors * Sector), .. Entry("", 0, Free, 0, 0),
            .. Entry("", 0, Free, 0, 0)];
        return [.. header, .. fat, .. directory, .. stream, .. new byte[sectors * Sector - stream.Length]];
    }

    static byte[] Entry(string name, byte kind, uint child, uint start, int size) =>
    [
        .. Encoding.Unicode.GetBytes(name.PadRight(32, '\0')), .. U16(name.Length == 0 ? 0 : 2 * name.Length + 2), kind,
        1, .. U32(Free), .. U32(Free), .. U32(child),
        .. new byte[36], .. U32(start), .. U32(size), .. U32(0),
    ];

    static byte[] Record(int kind, params byte[][] parts) =>
        [.. U16(kind), .. U16(parts.Sum(p => p.Length)), .. parts.SelectMany(p => p)];

    static byte[] Text(string text) => [.. U16(text.Length), 0, .. Encoding.Latin1.GetBytes(text)];

    static byte[] U16(int value) => BitConverter.GetBytes((ushort)value);

    static byte[] U32(int value) => U32((uint)value);

    static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
