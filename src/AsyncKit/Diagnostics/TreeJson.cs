using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace AsyncKit.Diagnostics;

/// <summary>Writes a snapshot for tools.</summary>
/// <remarks>By hand: so it needs no reflection, and the names do not change with those of the code.</remarks>
internal static class TreeJson
{
    public static string Format(TaskSnapshot snapshot)
    {
        var stream = new MemoryStream();

        // For people too: quotes in a name stay readable. It is not for being put into a web page as it is.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(stream, options)) Write(json, snapshot);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter json, TaskSnapshot snapshot)
    {
        json.WriteStartObject();
        json.WriteNumber("taskCount", snapshot.TaskCount);
        json.WriteNumber("waitCount", snapshot.WaitCount);
        json.WriteNumber("holdCount", snapshot.HoldCount);
        json.WriteNumber("omittedCount", snapshot.OmittedCount);
        WriteList(json, "tasks", snapshot.Tasks, Write);
        WriteList(json, "otherWaits", snapshot.OtherWaits, Write);
        WriteList(json, "cycles", snapshot.Cycles, static (json, cycle) =>
        {
            json.WriteStartArray();
            foreach (TaskWait wait in cycle) Write(json, wait);
            json.WriteEndArray();
        });
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TaskNode task)
    {
        json.WriteStartObject();
        json.WriteString("name", task.Name);
        json.WriteString("state", JsonNamingPolicy.CamelCase.ConvertName(task.State.ToString()));
        json.WriteNumber("age", task.Age.TotalSeconds);
        json.WriteNumber("omittedCount", task.OmittedCount);
        WriteList(json, "waitsFor", task.WaitsFor, Write);
        WriteList(json, "holds", task.Holds, Write);
        WriteList(json, "children", task.Children, Write);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TaskWait wait)
    {
        json.WriteStartObject();
        json.WriteString("waiter", wait.Waiter);
        json.WriteString("name", wait.Name);
        json.WriteString("resource", wait.Resource);
        json.WriteNumber("age", wait.Age.TotalSeconds);
        WriteList(json, "heldBy", wait.HeldBy, static (json, holder) => json.WriteStringValue(holder));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TaskHold hold)
    {
        json.WriteStartObject();
        json.WriteString("resource", hold.Resource);
        json.WriteNumber("age", hold.Age.TotalSeconds);
        json.WriteEndObject();
    }

    private static void WriteList<T>(
        Utf8JsonWriter json, string name, IReadOnlyList<T> list, Action<Utf8JsonWriter, T> write)
    {
        if (list is []) return;
        json.WriteStartArray(name);
        foreach (T item in list) write(json, item);
        json.WriteEndArray();
    }
}
