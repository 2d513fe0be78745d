using Microsoft.AspNetCore.Http;

namespace PriceChecker.Market;

/// <summary>A shop of the embedded market.</summary>
internal sealed class Shop(int number)
{
    private static readonly Mood[] _moods = Enum.GetValues<Mood>();

    private int _requests;

    public string Host { get; } = $"shop-{number:00}.example";

    // One after the other, so that each mood has as many shops.
    public Mood Mood { get; } = _moods[number % _moods.Length];

    /// <summary>Whether its prices are to be had, by who does not give up at once.</summary>
    public bool HasPrices => Mood is not (Mood.Closed or Mood.Talkative);

    /// <summary>How often it was asked.</summary>
    public int Requests => Volatile.Read(ref _requests);

    public decimal PriceOf(int product) => 10 + product * 7 + ((number * 13 + product * 5) % 40) / 10m;

    public async Task AnswerAsync(int product, HttpContext context)
    {
        int request = Interlocked.Increment(ref _requests);
        HttpResponse response = context.Response;
        CancellationToken cancellationToken = context.RequestAborted;
        switch (Mood)
        {
            case Mood.Slow:
                await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
                break;
            case Mood.Closed:
            case Mood.Busy when request % 2 is 1:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case Mood.Limiting when request is 1:
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = "1";
                return;
            case Mood.Breaking when request % 3 is 1:
                response.ContentLength = 100;
                await response.WriteAsync("{\"price\":", cancellationToken);
                context.Abort();
                return;
            case Mood.Stalling when request is 1:
                response.ContentLength = 100;
                await response.Body.FlushAsync(cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
                return;
            case Mood.Talkative:
                await response.WriteAsync("<p>Welcome to our new shop!</p>", cancellationToken);
                return;
        }

        await response.WriteAsJsonAsync(
            new Offer(PriceOf(product)), OfferContext.Default.Offer, cancellationToken: cancellationToken);
    }
}
