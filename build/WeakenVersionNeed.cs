using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Sets VER_FLG_WEAK on one entry of .gnu.version_r of a 64-bit little-endian ELF file (System V gABI, "Symbol Versioning").</summary>
public class WeakenVersionNeed : Task
{
    const uint VersionNeeds = 0x6ffffffe; // SHT_GNU_verneed
    const ushort Weak = 2;                // VER_FLG_WEAK

    [Required] public string Library { get; set; }
    [Required] public string VersionName { get; set; }

    public override bool Execute()
    {
        var image = File.ReadAllBytes(Library);
        if (!Weaken(image)) return true;

        // A new file, not a write into the old one: the output may be a link into the package cache.
        var patched = Library + ".patched";
        File.WriteAllBytes(patched, image);
        File.Delete(Library);
        File.Move(patched, Library);
        return true;
    }

    bool Weaken(byte[] image)
    {
        if (BitConverter.ToUInt32(image, 0) != 0x464c457f || image[4] != 2 || image[5] != 1) return false;
        long sections = BitConverter.ToInt64(image, 0x28);
        int size = BitConverter.ToUInt16(image, 0x3a), count = BitConverter.ToUInt16(image, 0x3c);
        for (var i = 0; i < count; i++)
        {
            var header = (int)(sections + (long)i * size);
            if (BitConverter.ToUInt32(image, header + 4) != VersionNeeds) continue;
            var needs = (int)BitConverter.ToInt64(image, header + 0x18);
            var names = (int)(sections + (long)BitConverter.ToUInt32(image, header + 0x28) * size);
            return WeakenIn(image, needs, (int)BitConverter.ToInt64(image, names + 0x18));
        }
        return false;
    }

    bool WeakenIn(byte[] image, int need, int strings)
    {
        var changed = false;
        while (true)
        {
            int auxiliaries = BitConverter.ToUInt16(image, need + 2), aux = need + (int)BitConverter.ToUInt32(image, need + 8);
            for (var i = 0; i < auxiliaries; i++, aux += (int)BitConverter.ToUInt32(image, aux + 12))
            {
                var flags = BitConverter.ToUInt16(image, aux + 4);
                if ((flags & Weak) != 0 || NameAt(image, strings + (int)BitConverter.ToUInt32(image, aux + 8)) != VersionName) continue;
                image[aux + 4] = (byte)(flags | Weak);
                changed = true;
            }
            var next = (int)BitConverter.ToUInt32(image, need + 12);
            if (next == 0) return changed;
            need += next;
        }
    }

    static string NameAt(byte[] image, int start)
    {
        var end = Array.IndexOf(image, (byte)0, start);
        return Encoding.ASCII.GetString(image, start, end - start);
    }
}
