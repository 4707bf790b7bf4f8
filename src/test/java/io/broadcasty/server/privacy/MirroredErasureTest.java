package io.broadcasty.server.privacy;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.jdbc.JdbcArchive;
import io.broadcasty.streams.broker.redis.RedisBroker;
import io.broadcasty.streams.broker.redis.RedisBrokerSettings;
import io.broadcasty.streams.mirror.MirroredBroker;
import io.broadcasty.streams.mirror.MirroredChannels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Erases publications from Redis and from a mirror that goes on copying them meanwhile. */
class MirroredErasureTest {

  private static final DataSubject ANN = new DataSubject(new TenantId("acme"), "ann", List.of());
  private static final TenantChannel ORDERS = channel("orders");
  private static final int COUNT = 1000;
  private static final int KEPT_ON_REDIS = 600;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final Redis redis = Redis.open(RedisServer.shared().settings());

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private Archive archive;

  @SuppressWarnings("NullAway.Init")
  private RedisBroker streams;

  @SuppressWarnings("NullAway.Init")
  private MirroredBroker broker;

  @BeforeEach
  void open() {
    database =
        Database.open(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("mirror"), "sa", null, 8));
    archive = new JdbcArchive(database, WallClock.system(), Duration.ofDays(30));
    streams =
        new RedisBroker(
            new RedisBrokerSettings(
                RetentionLookup.uniform(
                    new Retention(Duration.ofHours(1), KEPT_ON_REDIS, 1L << 30)),
                Duration.ofMinutes(10),
                0),
            redis,
            Ticker.system(),
            publication -> {},
            Thread::new,
            Runnable::run);
    broker =
        new MirroredBroker(
            streams,
            archive,
            new MirroredChannels(List.of(ChannelPattern.parse("*")), ChannelSettingsLookup.NONE),
            streams,
            Runnable::run,
            Ticker.system(),
            Thread::new);
  }

  @AfterEach
  void close() {
    broker.close();
    redis.close();
    database.close();
  }

  private void publish(int number) {
    appended(
        broker,
        new Envelope(
            ORDERS,
            0,
            "o" + number,
            false,
            Message.of(Integer.toString(number))
                .withOrigin(Origin.of(number % 2 == 0 ? "ann" : "bob"))));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "not in time: " + what);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private static long erase(PersonalData data) {
    long erased = 0;
    String cursor = null;
    do {
      PersonalData.Part part = data.erase(ANN, cursor);
      erased += part.count();
      cursor = part.next();
    } while (cursor != null);
    return erased;
  }

  private static PersonalData data(String area, KeptStreams kept) {
    return new PublicationData(area, kept, StoredPolicies.NONE, Ticker.system());
  }

  private static void assertOnlyAnnIsErased(List<Publication> publications) {
    long expected = publications.get(0).position().sequence();
    for (Publication each : publications) {
      assertEquals(expected++, each.position().sequence(), "without gaps");
      Message message = each.envelope().message();
      boolean isAnns = each.position().sequence() % 2 == 0;
      assertEquals(isAnns, message.isErased());
      assertEquals(isAnns ? null : "bob", sender(message));
    }
  }

  private static @Nullable String sender(Message message) {
    return message.origin().sender();
  }

  @Test
  void nothingIsLeftOfAUserWhoPublishesAndIsMirrored() {
    for (int i = 1; i <= COUNT; i++) {
      publish(i);
    }
    StreamKey stream = new StreamKey(ORDERS, 0, broker.states(ORDERS, 1).get(0).epoch());
    PersonalData inStreams = data("streams", KeptStreams.of((Broker) broker));
    PersonalData inMirror = data("mirror", KeptStreams.of(archive));
    assertTrue(erase(inStreams) > 0, "while they are copied to the mirror");
    for (int i = COUNT + 1; i <= COUNT + 10; i++) {
      publish(i);
    }
    await(
        "all is mirrored",
        () -> Long.valueOf(COUNT + 10L).equals(archive.heads(List.of(ORDERS)).get(stream)));
    long found;
    do { // as a job does until it finds nothing
      found = erase(inStreams) + erase(inMirror);
    } while (found > 0);
    List<Publication> onRedis = kept(streams, ORDERS, 0);
    assertEquals(KEPT_ON_REDIS, onRedis.size());
    assertOnlyAnnIsErased(onRedis);
    List<Publication> mirrored = archive.read(stream, 0, Long.MAX_VALUE, 2 * COUNT);
    assertEquals(COUNT + 10, mirrored.size());
    assertOnlyAnnIsErased(mirrored);
    assertEquals(COUNT + 10, kept(broker, ORDERS, 0).size(), "one stream to its readers");
  }
}
