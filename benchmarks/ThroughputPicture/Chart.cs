using System.Xml.Linq;

namespace ThroughputPicture;

/// <summary>Draws curves as SVG, on logarithmic scales: a line that rises doubles with each step.</summary>
internal static class Chart
{
    private const int Width = 640;
    private const int Height = 360;
    private const int Left = 64;
    private const int Right = 168;
    private const int Top = 40;
    private const int Bottom = 48;
    private const int Doublings = 8;

    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";
    private static readonly string[] _colors = ["#0b7285", "#c92a2a"];

    public static string Draw(IReadOnlyList<Curve> curves, int processors)
    {
        var picture = new XElement(
            _svg + "svg",
            new XAttribute("viewBox", $"0 0 {Width} {Height}"),
            new XAttribute("font-family", "sans-serif"),
            new XAttribute("font-size", 12),
            new XAttribute("role", "img"),
            new XElement(_svg + "title", "Throughput against concurrency, for work that waits and work that computes"),
            new XElement(
                _svg + "rect",
                new XAttribute("width", Width),
                new XAttribute("height", Height),
                new XAttribute("fill", "white")),
            Text(Left, 20, "start", $"Throughput, as a multiple of one at a time; {processors} processors"),
            Enumerable.Range(0, Doublings + 1).SelectMany(Grid),
            Text((Left + Width - Right) / 2, Height - 10, "middle", "items at a time"),
            curves.Zip(_colors, Line),
            curves.Zip(_colors, Name));
        return $"{picture}\n";
    }

    private static IEnumerable<XElement> Grid(int step)
    {
        int x = X(step);
        int y = Y(step);
        yield return new XElement(
            _svg + "path",
            new XAttribute("d", $"M{x} {Top}V{Height - Bottom}M{Left} {y}H{Width - Right}"),
            new XAttribute("stroke", "#dee2e6"));
        yield return Text(x, Height - Bottom + 18, "middle", $"{1 << step}");
        yield return Text(Left - 8, y + 4, "end", $"{1 << step} ×");
    }

    private static XElement Line(Curve curve, string color) => new(
        _svg + "polyline",
        new XAttribute("points", string.Join(' ', curve.Points.Select(point =>
            $"{X(Math.Log2(point.Concurrency))},{Y(Math.Log2(curve.Speedup(point)))}"))),
        new XAttribute("fill", "none"),
        new XAttribute("stroke", color),
        new XAttribute("stroke-width", 2));

    private static XElement Name(Curve curve, string color)
    {
        XElement name = Text(
            Width - Right + 8, Y(Math.Log2(curve.Speedup(curve.Points[^1]))) + 4, "start", curve.Name);
        name.Add(new XAttribute("fill", color));
        return name;
    }

    private static XElement Text(int x, int y, string anchor, string text) => new(
        _svg + "text", new XAttribute("x", x), new XAttribute("y", y), new XAttribute("text-anchor", anchor), text);

    private static int X(double doublings) => Left + (int)((Width - Left - Right) * doublings / Doublings);

    private static int Y(double doublings) =>
        Height - Bottom - (int)((Height - Top - Bottom) * Math.Max(0, doublings) / Doublings);
}
