using System.Collections;
using System.Reflection;

namespace MerKernel.Tests.Reporting;

/// <summary>A kernel's formatters: they know an attribute and its formatters only by their names.</summary>
static class Formats
{
    static Attribute Attribute(object value) =>
        value.GetType().GetCustomAttributes().Single(a => a.GetType().Name == "TypeFormatterSourceAttribute");

    static object? Get(object of, string property) => of.GetType().GetProperty(property)!.GetValue(of);

    public static string[] Preferred(object value) => (string[])Get(Attribute(value), "PreferredMimeTypes")!;

    public static string Of(object value, string mime)
    {
        var source = Activator.CreateInstance((Type)Get(Attribute(value), "FormatterSourceType")!)!;
        var formatters = (IEnumerable)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!;
        var formatter = formatters.Cast<object>().Single(f => (string)Get(f, "MimeType")! == mime);
        using var writer = new StringWriter();
        Assert.True((bool)formatter.GetType().GetMethod("Format", [typeof(object), typeof(TextWriter)])!
            .Invoke(formatter, [value, writer])!);
        return writer.ToString();
    }
}
