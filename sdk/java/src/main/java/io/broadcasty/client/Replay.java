package io.broadcasty.client;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Reads what a channel retains, page by page.
 *
 * <pre>{@code
 * client.replay("orders.eu").from(1).all().forEach(publication -> …);
 * List<Publication> newest = client.replay("orders.eu").last(20).page().publications();
 * }</pre>
 *
 * <p>Each method that says what to read returns another instance; this one does not change.
 */
public final class Replay {

  private final HttpRequests requests;
  private final String channel;
  private final Map<String, Object> parameters;

  Replay(HttpRequests requests, String channel) {
    this(requests, channel, Map.of());
  }

  private Replay(HttpRequests requests, String channel, Map<String, Object> parameters) {
    this.requests = requests;
    this.channel = channel;
    this.parameters = parameters;
  }

  /** Begins with this sequence; default: the oldest retained. */
  public Replay from(long sequence) {
    return with("from", sequence);
  }

  /** Begins after a position, and says if the stream was lost since. */
  public Replay after(Position position) {
    return with("partition", position.partition())
        .with("epoch", position.epoch())
        .with("from", position.sequence() + 1);
  }

  /** Ends with this sequence. */
  public Replay to(long sequence) {
    return with("to", sequence);
  }

  /** Reads this partition; default: 0. */
  public Replay partition(int partition) {
    return with("partition", partition);
  }

  /** Reads pages of at most this many publications, 1–1000; default: 100. */
  public Replay limit(int limit) {
    return with("limit", limit);
  }

  /** Reads the newest publications, this many at most (1–1000), in place of a range. */
  public Replay last(int count) {
    return with("last", count);
  }

  /** Reads the first page. */
  public ReplayPage page() {
    return HttpRequests.await(pageAsync());
  }

  /** Reads the first page. */
  public CompletableFuture<ReplayPage> pageAsync() {
    Map<String, Object> query = new LinkedHashMap<>();
    query.put("channel", channel);
    query.putAll(parameters);
    return requests
        .send(
            "GET", "/broadcasty/replay", HttpRequests.query(query), null, HttpRequests.Repeat.SAFE)
        .thenApply(answer -> ReplayPage.read(channel, answer));
  }

  /**
   * Returns all publications; a page is read when the ones before it have been consumed. The stream
   * fails with a {@link BroadcastyException} of code {@code position_lost} if publications between
   * two pages are gone, or if the beginning is and a position was given.
   */
  public Stream<Publication> all() {
    Iterable<Publication> publications = Pages::new;
    return StreamSupport.stream(publications.spliterator(), false);
  }

  private Replay with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(parameters);
    changed.put(name, value);
    return new Replay(requests, channel, changed);
  }

  /** The publications of all pages. */
  private final class Pages implements Iterator<Publication> {

    private final Queue<Publication> waiting = new ArrayDeque<>();
    private Replay next = Replay.this;
    private boolean mustBeWhole = parameters.containsKey("epoch");

    @Override
    public boolean hasNext() {
      while (waiting.isEmpty() && next != null) {
        read();
      }
      return !waiting.isEmpty();
    }

    @Override
    public Publication next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return waiting.remove();
    }

    private void read() {
      ReplayPage page = next.page();
      if (mustBeWhole && page.lost().isPresent()) {
        throw new BroadcastyException(
            "position_lost",
            0,
            null,
            "publications on " + channel + " are gone: " + page.lost().get());
      }
      waiting.addAll(page.publications());
      boolean more = page.next().isPresent() && !parameters.containsKey("last");
      next = more ? next.with("from", page.next().getAsLong()).with("epoch", page.epoch()) : null;
      mustBeWhole = true;
    }
  }
}
