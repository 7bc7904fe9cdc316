using System.Collections;
using System.Reflection;
using System.Text;
using CSharpJupyter.Output;

namespace CSharpJupyter.Formatters;

/// <summary>A sequence of objects whose properties are all simple values, as a table with the properties as columns.</summary>
static class RecordTable
{
    const int MostRows = 100;

    /// <summary>Null where the value is no such sequence.</summary>
    public static MimeBundle? Bundle(object value)
    {
        if (value is not ICollection collection || value is IDictionary) return null;
        var element = value.GetType().GetInterfaces().FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];
        if (element is null || element.IsPrimitive || element == typeof(string) || element.Namespace == "System") return null;
        var properties = element.GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.GetIndexParameters().Length == 0).ToList();
        if (properties.Count == 0 || !properties.All(p => IsSimple(p.PropertyType))) return null;

        var html = new StringBuilder("<table><thead><tr>");
        foreach (var property in properties) html.Append($"<th>{WellKnown.Encode(property.Name)}</th>");
        html.Append("</tr></thead><tbody>");
        foreach (var row in collection.Cast<object?>().Take(MostRows))
        {
            html.Append("<tr>");
            foreach (var property in properties) html.Append($"<td>{WellKnown.Encode(row is null ? "" : WellKnown.Text(property.GetValue(row)))}</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        if (collection.Count > MostRows) html.Append($"<p>first {MostRows} of {collection.Count}</p>");
        var plain = string.Join("\n", collection.Cast<object?>().Take(5).Select(r => r?.ToString())) + (collection.Count > 5 ? $"\n… ({collection.Count})" : "");
        return MimeBundle.Html(html.ToString(), plain);
    }

    static bool IsSimple(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(DateTime) || type == typeof(DateTimeOffset)
            || type == typeof(DateOnly) || type == typeof(TimeOnly) || type == typeof(TimeSpan) || type == typeof(Guid);
    }
}
