package io.broadcasty.client;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A client of one Broadcasty server.
 *
 * <pre>{@code
 * try (var client = BroadcastyClient.builder("https://events.example.com").apiKey(secret).build()) {
 *   client.publish("orders.eu", new Order(17, "PAID"));
 * }
 * }</pre>
 *
 * <p>Safe for use by many threads; an application needs one. A method that waits for an answer has
 * a sibling whose name ends with {@code Async}. Failures are {@link BroadcastyException}s. Requests
 * that can be repeated without harm are repeated for a while when the server cannot be reached, is
 * overloaded or says that it was asked too often; publications are among them, since each has an
 * id.
 */
public final class BroadcastyClient implements AutoCloseable {

  /** The server takes at most as many publications in one request. */
  private static final int MAX_BATCH = 100;

  private final HttpRequests requests;
  private final StreamContext streams;
  private final ScheduledExecutorService timers;
  private final ExecutorService ownExecutor;

  private BroadcastyClient(Builder builder) {
    this.ownExecutor =
        builder.executor == null
            ? Executors.newCachedThreadPool(daemons("broadcasty-client"))
            : null;
    Executor executor = builder.executor == null ? ownExecutor : builder.executor;
    HttpClient http =
        builder.http == null
            ? HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(builder.requestTimeout)
                .executor(executor)
                .build()
            : builder.http;
    this.requests =
        new HttpRequests(
            http,
            builder.address,
            builder.credentials,
            executor,
            builder.requestTimeout,
            builder.patience);
    this.timers = Executors.newSingleThreadScheduledExecutor(daemons("broadcasty-timer"));
    String scheme = builder.address.getScheme().equals("https") ? "wss" : "ws";
    this.streams =
        new StreamContext(
            http,
            requests.address(scheme, "/broadcasty/ws", ""),
            builder.credentials,
            executor,
            timers);
  }

  /**
   * Begins the configuration of a client.
   *
   * @param address the server's address, with its context root if it has one: {@code
   *     https://events.example.com} or {@code http://localhost:8080/realtime}
   * @throws IllegalArgumentException if it is no address of HTTP
   */
  public static Builder builder(String address) {
    return new Builder(address);
  }

  /**
   * Publishes a payload: null, a string, number, boolean, enum, array, collection, map or record.
   *
   * @throws JsonException if the payload is of another type; see {@link Message.Builder#payload}
   */
  public PublishResult publish(String channel, Object payload) {
    return publish(Message.to(channel).payload(payload).build());
  }

  /** Publishes a message, and waits until the server has taken it. */
  public PublishResult publish(Message message) {
    return HttpRequests.await(publishAsync(message));
  }

  /** Publishes a message. */
  public CompletableFuture<PublishResult> publishAsync(Message message) {
    return requests
        .send("POST", "/broadcasty/publish", "", message.json(), HttpRequests.Repeat.SAFE)
        .thenApply(PublishResult::read);
  }

  /**
   * Publishes messages in their order, up to 100 in one request. One that is refused does not stop
   * the others.
   *
   * @return a result for each message, in the same order
   * @throws BroadcastyException if a request fails as a whole; what was sent before is published,
   *     and the same messages can be sent again, since each has an id
   */
  public List<BatchResult> publishAll(List<Message> messages) {
    return HttpRequests.await(publishAllAsync(messages));
  }

  /** Does what {@link #publishAll} does. */
  public CompletableFuture<List<BatchResult>> publishAllAsync(List<Message> messages) {
    CompletableFuture<List<BatchResult>> results =
        CompletableFuture.completedFuture(new ArrayList<>());
    for (int from = 0; from < messages.size(); from += MAX_BATCH) {
      List<Message> batch = messages.subList(from, Math.min(messages.size(), from + MAX_BATCH));
      results = results.thenCompose(before -> publishBatch(batch, before));
    }
    return results;
  }

  private CompletableFuture<List<BatchResult>> publishBatch(
      List<Message> batch, List<BatchResult> before) {
    List<String> bodies = batch.stream().map(Message::json).toList();
    return requests
        .send(
            "POST",
            "/broadcasty/publish",
            "",
            "[" + String.join(",", bodies) + "]",
            HttpRequests.Repeat.SAFE)
        .thenApply(
            answer -> {
              answer.items().forEach(item -> before.add(BatchResult.read(item)));
              return before;
            });
  }

  /** Reads what a channel retains. */
  public Replay replay(String channel) {
    return new Replay(requests, channel);
  }

  /** Begins a stream of publications as they come. */
  public EventStream.Builder stream() {
    return new EventStream.Builder(streams);
  }

  /** Returns who is present on a channel whose name begins with {@code presence-}. */
  public Presence presence(String channel) {
    return new Presence(requests, channel);
  }

  /** Returns notifications to browsers and phones. */
  public Push push() {
    return new Push(requests);
  }

  /** Returns what administrators do. */
  public Admin admin() {
    return new Admin(requests);
  }

  /** Ends all streams of this client and releases its threads. Requests in progress may fail. */
  @Override
  public void close() {
    streams.close();
    timers.shutdownNow();
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }

  private static java.util.concurrent.ThreadFactory daemons(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Configures a client. It needs credentials; all else has a default. */
  public static final class Builder {

    private final URI address;
    private Credentials credentials;
    private Executor executor;
    private HttpClient http;
    private Duration requestTimeout = Duration.ofSeconds(10);
    private Duration patience = Duration.ofSeconds(30);

    private Builder(String address) {
      String text = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
      this.address = URI.create(text);
      String scheme = this.address.getScheme();
      if (!"http".equals(scheme) && !"https".equals(scheme)
          || this.address.getHost() == null
          || this.address.getRawQuery() != null) {
        throw new IllegalArgumentException(
            "the address of the server has the form https://host or https://host/context, not "
                + address);
      }
    }

    /** Uses a token that does not expire while the client lives, or the secret of an API key. */
    public Builder token(String token) {
      return credentials(Credentials.token(token));
    }

    /** Uses tokens that expire, see {@link Credentials#token(Supplier)}. */
    public Builder token(Supplier<String> supplier) {
      return credentials(Credentials.token(supplier));
    }

    /** Signs requests with the secret of an API key, which is never sent. */
    public Builder apiKey(String secret) {
      return credentials(Credentials.apiKey(secret));
    }

    /** Uses credentials of another kind. */
    public Builder credentials(Credentials credentials) {
      this.credentials = Objects.requireNonNull(credentials, "credentials");
      return this;
    }

    /**
     * Runs what may block (suppliers of tokens, subscribers) on the application's threads, such as
     * virtual ones or those of the server. Without it the client has threads of its own.
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /** Uses the application's HTTP client, as with a proxy or certificates of its own. */
    public Builder httpClient(HttpClient http) {
      this.http = Objects.requireNonNull(http, "http");
      return this;
    }

    /** Sets how long one attempt may take; default: 10 s. */
    public Builder requestTimeout(Duration requestTimeout) {
      this.requestTimeout = requestTimeout;
      return this;
    }

    /** Sets for how long requests are repeated; default: 30 s. Zero repeats none. */
    public Builder patience(Duration patience) {
      this.patience = patience;
      return this;
    }

    /**
     * Builds the client. It connects when it is used.
     *
     * @throws IllegalStateException if it has no credentials
     */
    public BroadcastyClient build() {
      if (credentials == null) {
        throw new IllegalStateException("the client needs a token or an API key");
      }
      return new BroadcastyClient(this);
    }
  }
}
