package io.broadcasty.client;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * A stream of what is published on some channels, in order and without gaps or duplicates. It
 * reconnects by itself and goes on where it was; where the server cannot, a {@link LostPosition}
 * comes in between.
 *
 * <pre>{@code
 * EventStream stream = client.stream().channel("orders.*").open();
 * stream.onPublication(publication -> System.out.println(publication.payload()));
 * }</pre>
 *
 * <p>A stream has one subscriber, which is called by one thread at a time. One that asks for no
 * more events ({@link Flow.Subscription#request}) slows the stream down and loses nothing that the
 * server retains. The stream ends with {@code onError} when the server says that trying again is no
 * use, as without the right to subscribe, and with {@code onComplete} when it is closed.
 */
public final class EventStream implements Flow.Publisher<StreamEvent>, AutoCloseable {

  private static final System.Logger LOG = System.getLogger(EventStream.class.getName());

  private static final int MAX_COMMANDS = 100;

  /**
   * How often the server has to answer. The JDK does not always notice that a connection has ended
   * (seen with 17.0.15: the end is not read though a message is requested), so this finds out.
   */
  private static final long PING_MILLIS = 10_000;

  private static final Duration SILENCE = Duration.ofSeconds(15);
  private static final Duration STABLE = Duration.ofSeconds(10);

  /** The condition of a stream. */
  public enum State {
    /** It is connecting, or waits to do so. */
    CONNECTING,
    /** It is subscribed to all its channels. */
    LIVE,
    /** It is closed. */
    CLOSED
  }

  private final StreamContext context;
  private final Consumer<State> onState;
  private final List<ChannelState> channels;
  private final Delivery delivery;
  private final Backoff backoff = new Backoff();
  private final Map<String, Map<Integer, Position>> delivered = new LinkedHashMap<>();
  private final Map<Long, ChannelState> unanswered = new LinkedHashMap<>();
  private StreamConnection connection;
  private State state = State.CONNECTING;
  private long nextId = 1;
  private long liveSince;
  private int unauthorized;
  private boolean wasLive;
  private boolean waitsForRoom;

  private EventStream(Builder builder) {
    this.context = builder.context;
    this.onState = builder.onState;
    this.channels = List.copyOf(builder.channels);
    channels.forEach(channel -> channel.received().forEach(this::isBehind));
    this.delivery = new Delivery(context.executor(), this::onRoom, this::onDelivered, this::close);
  }

  /** Returns the condition of the stream. */
  public synchronized State state() {
    return state;
  }

  /**
   * Returns the positions of what has been delivered, by channel. Keep them, and another stream
   * goes on from there with {@link Start#after(Map)}.
   */
  public synchronized Map<String, List<Position>> positions() {
    Map<String, List<Position>> copy = new LinkedHashMap<>();
    delivered.forEach((channel, partitions) -> copy.put(channel, List.copyOf(partitions.values())));
    return copy;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super StreamEvent> subscriber) {
    if (!delivery.subscribe(subscriber)) {
      subscriber.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {}

            @Override
            public void cancel() {}
          });
      subscriber.onError(new IllegalStateException("the stream has a subscriber already"));
    }
  }

  /**
   * Subscribes a function to publications. Losses and the end by an error are logged; who needs to
   * act upon them subscribes a {@link Flow.Subscriber}, or uses {@link #onEvent}.
   */
  public void onPublication(Consumer<? super Publication> consumer) {
    onEvent(
        event -> {
          if (event instanceof Publication publication) {
            consumer.accept(publication);
          } else if (event instanceof LostPosition lost) {
            LOG.log(Level.WARNING, "Publications on {0} are gone: {1}", lost.channel(), lost);
          }
        },
        failure -> LOG.log(Level.ERROR, "A stream has ended", failure));
  }

  /** Subscribes a function to all events, and one to the error that ends the stream. */
  public void onEvent(Consumer<? super StreamEvent> consumer, Consumer<? super Throwable> onError) {
    subscribe(
        new Flow.Subscriber<StreamEvent>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(StreamEvent event) {
            consumer.accept(event);
          }

          @Override
          public void onError(Throwable failure) {
            onError.accept(failure);
          }

          @Override
          public void onComplete() {}
        });
  }

  /** Ends the stream. */
  @Override
  public void close() {
    finish(null);
  }

  private void finish(Throwable failure) {
    StreamConnection open;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      open = connection;
      connection = null;
    }
    change(State.CLOSED);
    context.closed(this);
    if (open != null) {
      open.close();
    }
    delivery.end(failure);
  }

  private void start() {
    context.opened(this);
    context.executor().execute(this::connect);
    context.later(PING_MILLIS, this::ping);
  }

  // ---- connecting

  private void connect() {
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      if (delivery.isFull()) {
        waitsForRoom = true; // a connection that nobody reads would only be closed again
        return;
      }
    }
    StreamConnection.open(context, new Incoming());
  }

  private void reconnect(StreamEnd end) {
    Duration delay = end.delay();
    boolean refused;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      connection = null;
      unanswered.clear();
      if (liveSince != 0 && System.nanoTime() - liveSince > STABLE.toNanos()) {
        backoff.reset();
      }
      liveSince = 0;
      unauthorized = end.retry() == StreamEnd.Retry.NEW_TOKEN ? unauthorized + 1 : 0;
      refused = unauthorized > 2 || !wasLive && isRefused(end);
    }
    if (end.retry() == StreamEnd.Retry.NO || refused) {
      finish(end.cause());
      return;
    }
    if (change(State.CONNECTING)) {
      LOG.log(Level.INFO, "A stream is interrupted and goes on: {0}", end.cause().getMessage());
    }
    long millis =
        end.retry() == StreamEnd.Retry.NOW && wasLive()
            ? ThreadLocalRandom.current().nextLong(250) + backoff.next(Duration.ZERO).toMillis()
            : backoff.next(delay).toMillis();
    context.later(millis, this::connect);
  }

  /** Returns whether a first attempt has shown that the address or the request is wrong. */
  private static boolean isRefused(StreamEnd end) {
    int status = end.cause().status();
    return status >= 400 && status < 500 && !end.cause().isTemporary() && status != 401;
  }

  private synchronized boolean wasLive() {
    return wasLive;
  }

  private boolean change(State to) {
    synchronized (this) {
      if (state == to || state == State.CLOSED) {
        return false;
      }
      state = to;
    }
    onState.accept(to);
    return true;
  }

  private void ping() {
    StreamConnection open;
    synchronized (this) {
      if (state == State.CLOSED) {
        return;
      }
      open = connection;
    }
    if (open != null && open.silence().compareTo(SILENCE) > 0) {
      open.abort(new IllegalStateException("the server has not answered for " + SILENCE));
    } else if (open != null) {
      open.send(List.of(command(Map.of("command", "ping"))));
    }
    context.later(PING_MILLIS, this::ping);
  }

  private synchronized Map<String, Object> command(Map<String, ?> fields) {
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("id", nextId++);
    command.putAll(fields);
    return command;
  }

  // ---- receiving

  private void onRoom() {
    StreamConnection open;
    boolean connects;
    synchronized (this) {
      open = connection;
      connects = waitsForRoom;
      waitsForRoom = false;
    }
    if (open != null) {
      open.readOn();
    }
    if (connects) {
      context.executor().execute(this::connect);
    }
  }

  private synchronized void onDelivered(StreamEvent event) {
    if (event instanceof Publication publication) {
      publication.position().ifPresent(position -> deliveredTo(event.channel(), position));
    } else if (event instanceof LostPosition lost) {
      deliveredTo(lost.channel(), lost.resumeFrom());
    }
  }

  /** Notes where a channel begins, unless something of it has been delivered already. */
  private void isBehind(String channel, Map<Integer, Position> positions) {
    Map<Integer, Position> known =
        delivered.computeIfAbsent(channel, unknown -> new LinkedHashMap<>());
    positions.forEach(known::putIfAbsent);
  }

  private void deliveredTo(String channel, Position position) {
    delivered
        .computeIfAbsent(channel, unknown -> new LinkedHashMap<>())
        .put(position.partition(), position);
  }

  /** Returns the subscription that a channel belongs to; null if there is none any more. */
  private ChannelState stateOf(String channel) {
    for (ChannelState of : channels) {
      if (of.name().equals(channel)) {
        return of;
      }
    }
    for (ChannelState of : channels) {
      if (ChannelState.covers(of.name(), channel)) {
        return of;
      }
    }
    return null;
  }

  /** Handles what the connection of the moment receives. */
  private final class Incoming implements StreamConnection.Handler {

    @Override
    public void onOpen(StreamConnection opened) {
      List<Map<String, Object>> commands = new ArrayList<>();
      boolean closed;
      synchronized (EventStream.this) {
        closed = state == State.CLOSED;
        connection = closed ? null : opened;
        for (ChannelState channel : channels) {
          Map<String, Object> command = command(channel.command());
          unanswered.put((Long) command.get("id"), channel);
          commands.add(command);
        }
        for (ChannelState channel : channels) {
          if (channel.isWithMembers()) {
            commands.add(command(Map.of("command", "presence", "channel", channel.name())));
          }
        }
      }
      if (closed) {
        opened.close();
        return;
      }
      for (int from = 0; from < commands.size(); from += MAX_COMMANDS) {
        opened.send(commands.subList(from, Math.min(commands.size(), from + MAX_COMMANDS)));
      }
    }

    @Override
    public void onMessage(StreamConnection from, Json message) {
      List<StreamEvent> events = new ArrayList<>();
      for (Json one : message.isArray() ? message.items() : List.of(message)) {
        if (one.fields().containsKey("reply")) {
          reply(from, one);
        } else {
          push(from, one, events);
        }
      }
      delivery.add(events);
      from.hold();
      if (!delivery.isFull()) {
        from.readOn();
      }
    }

    @Override
    public void onEnd(StreamConnection ended, StreamEnd end) {
      reconnect(end);
    }

    private void reply(StreamConnection from, Json reply) {
      long id = reply.get("reply").map(Json::asLong).orElse(0L);
      Json error = reply.get("error").orElse(null);
      boolean live = false;
      synchronized (EventStream.this) {
        ChannelState channel = unanswered.remove(id);
        if (error == null && channel != null) {
          if (channel.onSubscribed(reply.get("result").orElseThrow())) {
            channel.received().forEach(EventStream.this::isBehind);
          }
          live = unanswered.isEmpty();
        }
        if (live) {
          liveSince = System.nanoTime();
          unauthorized = 0;
          wasLive = true;
        }
      }
      if (error != null) {
        from.end(StreamEnd.refused(Problems.read(error)));
      } else if (live) {
        change(State.LIVE);
      }
    }

    private void push(StreamConnection from, Json push, List<StreamEvent> events) {
      switch (push.get("push").map(Json::asString).orElse("")) {
        case "publication" -> publication(Publication.read(push), events);
        case "ephemeral" -> events.add(Publication.read(push));
        case "skipped" -> skipped(push);
        case "lost" -> lost(push, events);
        case "presence" -> events.add(MembersChange.read(push));
        case "expiring" -> context.executor().execute(() -> refresh(from));
        case "unsubscribed" -> from.end(StreamEnd.refused(forbidden(push)));
        default -> {} // later versions of the server may send others
      }
    }

    private void publication(Publication publication, List<StreamEvent> events) {
      synchronized (EventStream.this) {
        ChannelState channel = stateOf(publication.channel());
        Position position = publication.position().orElseThrow();
        if (channel == null || channel.onReceived(publication.channel(), position)) {
          events.add(publication);
        }
      }
    }

    private void skipped(Json push) {
      String name = push.get("channel").map(Json::asString).orElse("");
      synchronized (EventStream.this) {
        ChannelState channel = stateOf(name);
        if (channel != null) {
          channel.onReceived(name, Position.read(push));
        }
      }
    }

    private void lost(Json push, List<StreamEvent> events) {
      LostPosition lost =
          LostPosition.read(push.get("channel").map(Json::asString).orElse(""), push);
      synchronized (EventStream.this) {
        ChannelState channel = stateOf(lost.channel());
        if (channel != null) {
          channel.put(lost.channel(), lost.resumeFrom());
        }
      }
      events.add(lost);
    }

    private void refresh(StreamConnection from) {
      try {
        String token = context.credentials().refreshed();
        if (token != null) {
          from.send(List.of(command(Map.of("command", "refresh", "token", token))));
        }
      } catch (RuntimeException e) { // the stream reconnects when the token has expired
        LOG.log(Level.WARNING, "There is no new token for an open stream", e);
      }
    }

    private BroadcastyException forbidden(Json push) {
      String code = push.get("code").map(Json::asString).orElse("forbidden");
      String channel = push.get("channel").map(Json::asString).orElse("");
      return new BroadcastyException(
          code, 403, null, code + ": the new token does not allow " + channel);
    }
  }

  /** Says what a stream contains. */
  public static final class Builder {

    private final StreamContext context;
    private final List<ChannelState> channels = new ArrayList<>();
    private Consumer<State> onState = state -> {};

    Builder(StreamContext context) {
      this.context = context;
    }

    /** Adds a channel, or a pattern such as {@code orders.*}, from now on. */
    public Builder channel(String channel) {
      return channel(channel, Start.live());
    }

    /** Adds a channel or pattern. */
    public Builder channel(String channel, Start start) {
      channels.add(new ChannelState(channel, start, false));
      return this;
    }

    /** Adds a presence channel with the changes of its members. */
    public Builder channelWithMembers(String channel) {
      channels.add(new ChannelState(channel, Start.live(), true));
      return this;
    }

    /** Calls a function when the condition of the stream changes; it must not block. */
    public Builder onState(Consumer<State> listener) {
      this.onState = listener;
      return this;
    }

    /**
     * Opens the stream. Events wait until it has a subscriber.
     *
     * @throws IllegalStateException if it has no channel
     */
    public EventStream open() {
      if (channels.isEmpty()) {
        throw new IllegalStateException("the stream needs a channel");
      }
      EventStream stream = new EventStream(this);
      stream.start();
      return stream;
    }
  }
}
