package io.broadcasty.delivery.session;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.ratelimit.ConnectionLimiter;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.protocol.compact.CompactProtocol;
import io.broadcasty.protocol.compact.CompactSseProtocol;
import io.broadcasty.protocol.json.NativeProtocol;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.wire.CommandReader;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.ProblemException;
import io.broadcasty.wire.PublishReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that follows one channel or pattern over many connections, resuming each time, and
 * checks that the publications have no unreported gap, no duplicate and no reordering.
 */
final class ResumingClient {

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final CommandReader READER = new CommandReader(new PublishReader());
  private static final MessageProtocol PROTOCOL = new NativeProtocol(READER);
  private static final MessageProtocol COMPACT = new CompactProtocol(READER);
  private static final EventProtocol EVENTS = new SseProtocol();
  private static final EventProtocol COMPACT_EVENTS = new CompactSseProtocol();

  private final String target;
  private final boolean events;
  private final boolean pattern;
  private final Random random;
  private final Executor network;
  private final AtomicInteger errors;

  // guarded by this
  private final Map<String, Long> starts = new HashMap<>();
  private final Map<String, Long> lasts = new HashMap<>();
  private final Map<String, String> epochs = new HashMap<>();
  private @Nullable String lastEventId;
  private @Nullable String violation;
  private boolean following;
  private @Nullable FaultyTransport line;
  private int replies;
  private long received;
  private long lost;
  private int joins;
  private int resumes;
  private int slow;

  /**
   * Creates a client that is not connected.
   *
   * @param events whether it uses SSE instead of WebSocket
   * @param network reports writes later, as a slow connection does
   * @param errors how many connection faults are to be Errors; counted down
   */
  ResumingClient(String target, boolean events, long seed, Executor network, AtomicInteger errors) {
    this.errors = errors;
    this.target = target;
    this.events = events;
    this.pattern = target.endsWith("*");
    this.random = new Random(seed);
    this.network = network;
  }

  /** Connects, reads for a while and leaves, repeatedly until told to stop. */
  void follow(SessionContext context, Caller caller, BooleanSupplier stop, Runnable round)
      throws InterruptedException, ProblemException {
    while (!stop.getAsBoolean() && violation() == null) {
      connect(context, caller, true);
      round.run();
    }
  }

  /** Connects once more, without faults, until every head has been reached. */
  void catchUp(SessionContext context, Caller caller, Map<String, Long> heads)
      throws InterruptedException, ProblemException {
    if (violation() == null) {
      FaultyTransport open = open(context, caller, false);
      boolean there =
          await(() -> open.ended || heads.entrySet().stream().allMatch(h -> reached(h)));
      if (!there || open.ended) {
        synchronized (this) {
          violate("the heads " + heads + " were not reached");
        }
      }
      leave(open);
    }
  }

  private boolean reached(Map.Entry<String, Long> head) {
    boolean mine =
        pattern
            ? head.getKey().startsWith(target.substring(0, target.length() - 1))
            : head.getKey().startsWith(target + "/");
    return !mine || lasts.getOrDefault(head.getKey(), 0L) >= head.getValue();
  }

  private void connect(SessionContext context, Caller caller, boolean faults)
      throws InterruptedException, ProblemException {
    FaultyTransport open = open(context, caller, faults);
    int rounds = events ? 1 : 1 + random.nextInt(3);
    for (int i = 0; i < rounds; i++) {
      long until;
      synchronized (this) {
        until = received + 1 + random.nextInt(400);
      }
      await(() -> open.ended || received >= until, TimeUnit.MILLISECONDS.toNanos(200));
      if (i + 1 < rounds && !resubscribe(open)) {
        break;
      }
    }
    leave(open);
  }

  private FaultyTransport open(SessionContext context, Caller caller, boolean faults)
      throws InterruptedException, ProblemException {
    int faultWithin = errors.get() > 0 ? 10 : 300; // Errors occur while publications can be lost
    FaultyTransport open =
        new FaultyTransport(faults ? random.nextInt(4) : 0, random.nextInt(faultWithin));
    boolean compact = random.nextBoolean(); // each connection may use another protocol version
    String since = null;
    synchronized (this) {
      line = open;
      joins++;
      if (following) {
        resumes++;
        since = lastEventId;
      }
    }
    if (events) {
      ConnectionLimiter.Permit place =
          context.limits().tryAcquire(caller.tenant(), caller.subject());
      if (place == null) {
        throw new IllegalStateException("a place was not given back");
      }
      FakeStreamRequest request = FakeStreamRequest.channels(target);
      EventSession session =
          (compact ? COMPACT_EVENTS : EVENTS)
              .accept(since == null ? request : request.with("lastEventId", since))
              .open(context, open, caller, place);
      open.session = session;
      if (session.subscribe() instanceof EventSession.Opening.Begun begun) {
        begun.start().run();
      } else if (session.hasEnded()) {
        open.ended = true; // its event loop failed in between
      } else {
        throw new IllegalStateException("the stream was refused");
      }
    } else {
      MessageSession session =
          (compact ? COMPACT : PROTOCOL).accept(FakeStreamRequest.of()).open(context, open);
      open.session = session;
      if (!session.open(caller)) {
        throw new IllegalStateException("a place was not given back");
      }
      subscribe(session, open);
    }
    return open;
  }

  private void subscribe(MessageSession session, FaultyTransport open) throws InterruptedException {
    int before;
    String command;
    synchronized (this) {
      before = replies;
      command =
          "{\"id\":1,\"command\":\"subscribe\",\"channel\":\""
              + target
              + "\""
              + (following ? ",\"since\":[" + positions() + "]" : "")
              + "}";
    }
    session.onText(command);
    await(() -> open.ended || open.stalled || replies > before);
  }

  private String positions() {
    StringBuilder text = new StringBuilder();
    lasts.forEach(
        (key, last) -> {
          int slash = key.indexOf('/');
          text.append(text.isEmpty() ? "" : ",")
              .append("{\"channel\":\"" + key.substring(0, slash))
              .append("\",\"epoch\":\"" + epochs.get(key))
              .append("\",\"partition\":" + key.substring(slash + 1))
              .append(",\"sequence\":" + last + "}");
        });
    return text.toString();
  }

  private boolean resubscribe(FaultyTransport open) throws InterruptedException {
    MessageSession session = (MessageSession) java.util.Objects.requireNonNull(open.session);
    int before;
    synchronized (this) {
      if (open.ended || open.stalled) {
        return false;
      }
      before = replies;
    }
    session.onText("{\"id\":2,\"command\":\"unsubscribe\",\"channel\":\"" + target + "\"}");
    await(() -> open.ended || open.stalled || replies > before);
    synchronized (this) {
      if (open.ended || open.stalled) {
        return false;
      }
      resumes++;
    }
    subscribe(session, open);
    return true;
  }

  private void leave(FaultyTransport open) {
    synchronized (this) {
      line = null;
    }
    java.util.Objects.requireNonNull(open.session).onTransportClosed();
  }

  private boolean await(BooleanSupplier condition) throws InterruptedException {
    boolean met = await(condition, TIMEOUT_NANOS);
    if (!met) {
      synchronized (this) {
        violate("waited in vain");
      }
    }
    return met;
  }

  private synchronized boolean await(BooleanSupplier condition, long nanos)
      throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    while (!condition.getAsBoolean() && violation == null) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  synchronized @Nullable String violation() {
    return violation;
  }

  synchronized long received() {
    return received;
  }

  synchronized long lost() {
    return lost;
  }

  synchronized int joins() {
    return joins;
  }

  synchronized int resumes() {
    return resumes;
  }

  synchronized int slow() {
    return slow;
  }

  /** Returns how many sequences lie between the first position and the current one. */
  synchronized long passed() {
    return lasts.entrySet().stream()
        .mapToLong(e -> e.getValue() - starts.getOrDefault(e.getKey(), 0L))
        .sum();
  }

  private void violate(String what) {
    if (violation == null) {
      violation = target + (events ? " over SSE: " : " over WebSocket: ") + what;
    }
    notifyAll();
  }

  private synchronized void take(FaultyTransport from, EncodedFrame frame) {
    if (line != from || frame.kind() == EncodedFrame.Kind.HEARTBEAT) {
      return;
    }
    String text = frame.text();
    if (events) {
      Event event = Event.of(frame);
      if (event.type() == null) {
        publication(from, event.data());
      } else if (event.type().equals("subscribed")) {
        subscribed(from, JsonTree.object(event.data()));
      } else if (event.type().equals("lost")) {
        lost(from, JsonTree.object(event.data()));
      } else if (event.type().equals("channel")) {
        from.channelTable.channel(JsonTree.object(event.data()));
      }
      if (event.id() != null) {
        lastEventId = event.id();
      }
    } else if (text.startsWith("{\"push\":\"publication\"") || text.startsWith("{\"c\":")) {
      publication(from, text);
    } else {
      Map<String, Object> message = JsonTree.object(text);
      if (message.containsKey("error")) {
        if (!text.contains("\"unavailable\"")) { // expected when its event loop failed
          violate("error " + text);
        }
        replies++;
      } else if (message.containsKey("reply")) {
        replies++;
        Map<String, Object> result = JsonTree.object(message, "result");
        if (result.containsKey("positions")) {
          subscribed(from, result);
        }
      } else if ("lost".equals(message.get("push"))) {
        lost(from, message);
      } else if ("channel".equals(message.get("push"))) {
        from.channelTable.channel(message);
      }
    }
    notifyAll();
  }

  private void subscribed(FaultyTransport from, Map<String, Object> result) {
    from.channelTable.subscribed(result, target);
    if (following) {
      return;
    }
    following = true;
    for (Map<String, Object> position : JsonTree.objects(result, "positions")) {
      Object channel = position.getOrDefault("channel", target);
      String key = channel + "/" + position.get("partition");
      starts.put(key, JsonTree.number(position, "sequence"));
      lasts.put(key, JsonTree.number(position, "sequence"));
      epochs.put(key, String.valueOf(position.get("epoch")));
    }
  }

  private void publication(FaultyTransport from, String received) {
    String text = received.startsWith("{\"c\":") ? from.channelTable.expand(received) : received;
    if (text == null) {
      violate("not told of the channel or the epoch of " + received);
      return;
    }
    String key = between(text, "\"channel\":\"", '"') + "/" + between(text, "\"partition\":", ',');
    long sequence = Long.parseLong(between(text, "\"sequence\":", ','));
    long last = lasts.getOrDefault(key, 0L);
    if (sequence != last + 1) {
      violate(key + ": " + sequence + " came after " + last);
    }
    if (!text.contains("\"payload\":\"" + key.substring(0, key.indexOf('/')))) {
      violate(key + ": another channel's payload");
    }
    lasts.put(key, sequence);
    epochs.putIfAbsent(key, between(text, "\"epoch\":\"", '"'));
    this.received++;
  }

  private void lost(FaultyTransport from, Map<String, Object> message) {
    from.channelTable.lost(message);
    Map<String, Object> requested = JsonTree.object(message, "requested");
    Map<String, Object> resumeFrom = JsonTree.object(message, "resumeFrom");
    String key = message.get("channel") + "/" + requested.get("partition");
    long last = lasts.getOrDefault(key, 0L);
    long after = JsonTree.number(requested, "sequence");
    long to = JsonTree.number(resumeFrom, "sequence");
    if (after != last || to <= after || !"trimmed".equals(message.get("reason"))) {
      violate(key + " is at " + last + ", but told " + message);
    }
    lasts.put(key, to);
    epochs.put(key, String.valueOf(resumeFrom.get("epoch")));
    lost += to - after;
  }

  private static String between(String text, String start, char end) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }

  /** A fake connection. */
  private final class FaultyTransport implements Transport {
    private final ReceivedChannelTable channelTable = new ReceivedChannelTable();
    private final int kind;
    private final int faultAfter;
    private int writes;
    private @Nullable Session session;
    private volatile boolean ended;
    private volatile boolean stalled;

    /**
     * Creates an open connection.
     *
     * @param kind 0: reports at once; 1: reports later; 2: fails after a while; 3: stops reading
     *     after a while
     */
    FaultyTransport(int kind, int faultAfter) {
      this.kind = kind;
      this.faultAfter = faultAfter;
    }

    @Override
    public void write(List<EncodedFrame> frames, Done done) {
      boolean error = ++writes > faultAfter && takesError();
      boolean fault = error || (kind >= 2 && writes > faultAfter);
      int arrive = fault ? frames.size() / 2 : frames.size();
      for (EncodedFrame frame : frames.subList(0, arrive)) {
        take(this, frame);
      }
      if (error) {
        throw new OutOfMemoryError("thrown by a test");
      }
      if (fault) {
        if (kind == 2) {
          done.accept(new IOException("the line broke"));
        } else {
          synchronized (ResumingClient.this) {
            stalled = true;
            ResumingClient.this.notifyAll();
          }
        }
      } else if (kind == 0) {
        done.accept(null);
      } else {
        network.execute(() -> done.accept(null));
      }
    }

    private boolean takesError() {
      return Thread.currentThread().getName().startsWith("broadcasty-event-loop")
          && errors.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    @Override
    public void close(Problem problem) {
      synchronized (ResumingClient.this) {
        ended = true;
        if (problem.code() == io.broadcasty.wire.Code.SLOW_CONSUMER) {
          slow++;
        }
        ResumingClient.this.notifyAll();
      }
    }
  }
}
