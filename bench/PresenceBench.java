import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.redis.RedisPresenceStore;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.redis.RedisBroker;
import io.broadcasty.streams.broker.redis.RedisBrokerSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/**
 * Measures presence on Redis and the cost of idle channels, without servers. See bench/README.md.
 *
 * <p>Usage: {@code java -cp CLASSES PresenceBench.java PORT JOINS MEMBERS CHANNELS SECONDS}, with
 * the classes and libraries of the WAR. PORT is that of an empty Redis, which is emptied again.
 */
public class PresenceBench {

  private static final long TIMEOUT_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final int NODES = 3;
  private static final int LARGE = 10_000;
  private static final int MEMBERS_PER_CHANNEL = 10;

  private static final ThreadFactory DAEMONS =
      task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
      };
  private static final ScheduledExecutorService DELAYED =
      Executors.newSingleThreadScheduledExecutor(DAEMONS);

  private final int port;
  private final Jedis jedis;

  private PresenceBench(int port) {
    this.port = port;
    this.jedis = new Jedis("127.0.0.1", port, 60_000);
  }

  private static TenantChannel channel(String name) {
    return new TenantChannel(new TenantId("acme"), new ChannelName(name));
  }

  private static Redis open(int port) {
    return Redis.open(RedisSettings.parse("redis://127.0.0.1:" + port, "bench:", 16));
  }

  private static RedisPresenceStore store(Redis redis, String node) {
    return new RedisPresenceStore(
        redis,
        node,
        List::of,
        tenant -> 1_000_000,
        Ticker.system(),
        change -> {},
        DAEMONS,
        task -> DELAYED.schedule(task, 50, TimeUnit.MILLISECONDS),
        RealtimeListener.NONE);
  }

  private static CompletableFuture<JoinOutcome> join(
      RedisPresenceStore store, TenantChannel channel, int member) {
    String id = "member" + member;
    Member joining = new Member(id, "{\"id\":\"" + id + "\",\"name\":\"Somebody\"}");
    return store.join(channel, joining, new Holder.Connection("c" + member)).toCompletableFuture();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not in time: " + what);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private void watchSlowCommands() {
    jedis.configSet("slowlog-log-slower-than", "500");
    jedis.configSet("slowlog-max-len", "10000");
    jedis.slowlogReset();
  }

  /** Returns the longest command since the last call of {@link #watchSlowCommands}. */
  private String longestMillis() {
    return jedis.slowlogGet(10_000).stream()
        .filter(each -> !each.getArgs().get(0).equalsIgnoreCase("flushall"))
        .max(Comparator.comparingLong(each -> each.getExecutionTime()))
        .map(
            each ->
                text(each.getExecutionTime() / 1000.0)
                    + " "
                    + each.getArgs().get(0).toLowerCase(Locale.ROOT))
        .orElse("< 0.5");
  }

  private static String text(double figure) {
    return String.format(Locale.ROOT, figure < 100 ? "%.1f" : "%.0f", figure);
  }

  private static void row(String what, String figure, String goal, String longest) {
    System.out.printf("| %-60s | %12s | %12s | %14s |%n", what, figure, goal, longest);
  }

  private void joins(int joins, int delayMillis, String goal) throws IOException {
    jedis.flushAll();
    try (Wire wire = new Wire(port, delayMillis);
        Redis redis = open(wire.port());
        RedisPresenceStore store = store(redis, "node")) {
      for (int i = 0; i < joins / 4; i++) { // warm-up
        join(store, channel("presence-warm" + i), 0).join();
        if (i == 200) {
          break;
        }
      }
      watchSlowCommands();
      long start = System.nanoTime();
      List<CompletableFuture<JoinOutcome>> all = new ArrayList<>();
      for (int i = 0; i < joins; i++) {
        all.add(join(store, channel("presence-room" + i), 0));
      }
      for (CompletableFuture<JoinOutcome> each : all) {
        if (!(each.join() instanceof JoinOutcome.Joined)) {
          throw new IllegalStateException("a join failed: " + each.join());
        }
      }
      double rate = joins / seconds(start);
      row(
          joins + " joins into distinct channels, " + delayMillis + " ms of network",
          text(rate) + "/s",
          goal,
          longestMillis());
    }
  }

  private void toldAnew(int members) {
    jedis.flushAll();
    int channels = members / MEMBERS_PER_CHANNEL;
    try (Redis redis = open(port);
        RedisPresenceStore store = store(redis, "node")) {
      List<CompletableFuture<JoinOutcome>> all = new ArrayList<>();
      for (int i = 0; i < members; i++) {
        all.add(join(store, channel("presence-room" + i % channels), i));
      }
      all.forEach(CompletableFuture::join);
      long keys = jedis.dbSize();
      jedis.flushAll();
      watchSlowCommands();
      long start = System.nanoTime();
      store.resendMembers();
      CompletableFuture<JoinOutcome> meanwhile = join(store, channel("presence-other"), 0);
      meanwhile.join();
      double joined = seconds(start);
      await("all members", () -> jedis.dbSize() >= keys);
      double written = seconds(start);
      row(
          members + " members in " + channels + " channels told anew", text(written) + " s", "30 s",
          longestMillis());
      row("a join meanwhile", text(joined * 1000) + " ms", "", "");
    }
  }

  private void largeChannel() {
    jedis.flushAll();
    TenantChannel large = channel("presence-large");
    try (Redis ofDead = open(port);
        Redis ofOther = open(port);
        RedisPresenceStore dead = store(ofDead, "dead");
        RedisPresenceStore other = store(ofOther, "other")) {
      List<CompletableFuture<JoinOutcome>> all = new ArrayList<>();
      for (int i = 0; i < LARGE; i++) {
        all.add(join(dead, large, i));
      }
      all.forEach(CompletableFuture::join);
      watchSlowCommands();
      long start = System.nanoTime();
      other.follow(large).toCompletableFuture().join();
      row(LARGE + " members of a channel read", text(seconds(start)) + " s", "", longestMillis());
      watchSlowCommands();
      start = System.nanoTime();
      other.removeNode("dead");
      row(
          "a node with " + LARGE + " members of a channel forgotten",
          text(seconds(start)) + " s", "", longestMillis());
      if (jedis.exists("bench:prs:{acme:presence-large}")) {
        throw new IllegalStateException("members stayed");
      }
    }
  }

  private void idle(int channels, int seconds) {
    jedis.flushAll();
    List<AutoCloseable> opened = new ArrayList<>();
    List<CompletableFuture<Void>> following = new ArrayList<>();
    for (int n = 0; n < NODES; n++) {
      Redis redis = open(port);
      RedisBroker broker =
          new RedisBroker(
              new RedisBrokerSettings(
                  new Retention(Duration.ofHours(1), 100_000, 1L << 30), Duration.ofMinutes(10), 0),
              redis,
              Ticker.system(),
              new Ignoring(),
              DAEMONS,
              Runnable::run);
      RedisPresenceStore store = store(redis, "node" + n);
      opened.addAll(List.of(store, broker));
      for (int i = 0; i < channels; i++) {
        TenantChannel channel = channel("presence-idle" + i);
        following.add(broker.follow(channel).toCompletableFuture());
        following.add(store.follow(channel).toCompletableFuture());
      }
    }
    following.forEach(CompletableFuture::join);
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(10));
    watchSlowCommands();
    long before = commands();
    long start = System.nanoTime();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    double rate = (commands() - before - 1) / seconds(start);
    row(
        channels + " idle channels, followed by " + NODES + " nodes with their members",
        text(rate) + "/s", "200/s", longestMillis());
    for (AutoCloseable each : opened) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private long commands() {
    Matcher found =
        Pattern.compile("total_commands_processed:(\\d+)").matcher(jedis.info("stats"));
    if (!found.find()) {
      throw new IllegalStateException("Redis does not count commands");
    }
    return Long.parseLong(found.group(1));
  }

  public static void main(String[] arguments) throws IOException {
    int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
    PresenceBench bench = new PresenceBench(numbers[0]);
    row("what", "figure", "goal", "longest ms");
    row("-".repeat(60), "-".repeat(11) + ":", "-".repeat(11) + ":", "-".repeat(13) + ":");
    bench.joins(numbers[1], 0, "");
    bench.joins(numbers[1], 1, "3000/s");
    bench.toldAnew(numbers[2]);
    bench.largeChannel();
    bench.idle(numbers[3], numbers[4]);
    System.exit(0);
  }

  /** Nobody reads what is published. */
  private static final class Ignoring implements PublicationListener {
    @Override
    public void onPublication(Publication publication) {}

    @Override
    public void onEphemeral(Envelope envelope, long timeMillis) {}

    @Override
    public void onGap(TenantChannel channel) {}

    @Override
    public void onChannel(TenantChannel channel) {}
  }

  /** A network to a local server, which holds back what the server answers. */
  private static final class Wire implements AutoCloseable {

    private record Piece(byte[] bytes, long dueNanos) implements Delayed {
      @Override
      public long getDelay(TimeUnit unit) {
        return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
      }

      @Override
      public int compareTo(Delayed other) {
        return Long.compare(dueNanos, ((Piece) other).dueNanos);
      }
    }

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int target;
    private final long delayNanos;

    Wire(int target, int delayMillis) throws IOException {
      this.target = target;
      this.delayNanos = TimeUnit.MILLISECONDS.toNanos(delayMillis);
      DAEMONS.newThread(this::accept).start();
    }

    int port() {
      return door.getLocalPort();
    }

    private void accept() {
      while (!door.isClosed()) {
        try {
          Socket client = door.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
          client.setTcpNoDelay(true);
          server.setTcpNoDelay(true);
          DelayQueue<Piece> pieces = new DelayQueue<>();
          DAEMONS.newThread(() -> copy(client, server)).start();
          DAEMONS.newThread(() -> read(server, pieces)).start();
          DAEMONS.newThread(() -> write(pieces, client)).start();
        } catch (IOException e) {
          return; // closed
        }
      }
    }

    private static void copy(Socket from, Socket to) {
      try (from;
          to) {
        from.getInputStream().transferTo(to.getOutputStream());
      } catch (IOException e) {
        // closed
      }
    }

    private void read(Socket server, DelayQueue<Piece> pieces) {
      byte[] buffer = new byte[65_536];
      try (InputStream in = server.getInputStream()) {
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          pieces.add(new Piece(Arrays.copyOf(buffer, read), System.nanoTime() + delayNanos));
        }
      } catch (IOException e) {
        // closed
      }
    }

    private static void write(DelayQueue<Piece> pieces, Socket client) {
      try (OutputStream out = client.getOutputStream()) {
        while (true) {
          out.write(pieces.take().bytes());
        }
      } catch (IOException | InterruptedException e) {
        // closed
      }
    }

    @Override
    public void close() throws IOException {
      door.close();
    }
  }
}
