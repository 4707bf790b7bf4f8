package io.broadcasty.server.privacy;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.admin.privacy.PersonalData.Part;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelPolicy;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.rbac.TenantPolicies;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.MemoryArchive;
import io.broadcasty.streams.broker.MemorySpool;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which publications and members are a user's, and what is left when they are erased. */
class KeptDataTest {

  private static final DataSubject ANN =
      new DataSubject(new TenantId("acme"), "ann", List.of("private-inbox", "private-post.ann*"));
  private static final TenantChannel ORDERS = channel("orders");

  private final ManualTime time = new ManualTime();
  private final MemoryBroker broker =
      new MemoryBroker(
          RetentionLookup.uniform(new Retention(Duration.ofHours(1), 100_000, 1L << 30)),
          Duration.ofMinutes(10),
          1000,
          time,
          time,
          publication -> {});
  private final StoredPolicies policies =
      tenant ->
          tenant.equals("acme")
              ? new TenantPolicies(
                  List.of(
                      new ChannelPolicy("1", PolicyPattern.parse("private-user:{sub}"), List.of())))
              : TenantPolicies.NONE;

  @AfterEach
  void close() {
    broker.close();
  }

  private static Envelope by(String sender, TenantChannel channel, int partition, String payload) {
    return new Envelope(
        channel,
        partition,
        "id" + payload,
        false,
        Message.of(payload).withOrigin(Origin.of(sender)));
  }

  private PersonalData streams(Broker of) {
    return new PublicationData("streams", KeptStreams.of(of), policies, time);
  }

  private static long eraseAll(PersonalData data) {
    long erased = 0;
    String cursor = null;
    do {
      Part part = data.erase(ANN, cursor);
      erased += part.count();
      cursor = part.next();
    } while (cursor != null);
    return erased;
  }

  private static List<String> exportAll(PersonalData data) {
    List<String> lines = new ArrayList<>();
    String cursor = null;
    do {
      Part part = data.export(ANN, cursor);
      lines.addAll(part.lines());
      cursor = part.next();
    } while (cursor != null);
    return lines;
  }

  private void publishAll() {
    appended(broker, by("ann", ORDERS, 0, "1"));
    appended(broker, by("bob", ORDERS, 0, "2"));
    appended(broker, by("ann", ORDERS, 3, "3"));
    appended(broker, plain(channel("private-user:ann"), 0, "4"));
    appended(broker, plain(channel("private-user:bob"), 0, "5"));
    appended(broker, plain(channel("private-inbox"), 0, "6"));
    appended(broker, plain(channel("private-post.ann.x"), 0, "7"));
    appended(broker, plain(channel("private-encrypted-a"), 0, "8"));
    appended(broker, by("ann", channel("presence-room"), 0, "9"));
    appended(broker, by("ann", channel("globex", "orders"), 0, "10"));
    appended(broker, plain(channel("globex", "private-user:ann"), 0, "11"));
  }

  private static List<String> payloads(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll(".*\"payload\":(\\d+).*", "$1"))
        .sorted()
        .toList();
  }

  @Test
  void publicationsByAUserAndToItAreItsOwn() {
    publishAll();
    PersonalData data = streams(broker);
    List<String> lines = exportAll(data);
    assertEquals(List.of("1", "3", "4", "6", "7", "9"), payloads(lines));
    assertTrue(lines.get(0).startsWith("{\"area\":\"streams\",\"channel\":"), lines.get(0));
    assertEquals(6, eraseAll(data));
    assertEquals(0, eraseAll(data), "they were erased before");
    assertEquals(List.of(), exportAll(data));
    List<Publication> orders = kept(broker, ORDERS, 0);
    assertTrue(orders.get(0).envelope().message().isErased());
    assertFalse(orders.get(1).envelope().message().isErased());
    assertFalse(
        kept(broker, channel("globex", "private-user:ann"), 0)
            .get(0)
            .envelope()
            .message()
            .isErased());
  }

  @Test
  void longStreamsAreDoneInPartsAndAPartCanBeRepeated() {
    for (int i = 1; i <= 2000; i++) {
      appended(broker, by(i % 2 == 0 ? "ann" : "bob", ORDERS, 0, Integer.toString(i)));
    }
    appended(broker, by("ann", channel("z"), 1, "0"));
    ForwardingBroker slow =
        new ForwardingBroker(broker) {
          @Override
          public ReplayPage replay(ReplayRequest request) {
            time.advance(Duration.ofSeconds(4)); // longer than a part
            return super.replay(request);
          }
        };
    PersonalData data = streams(slow);
    List<String> lines = new ArrayList<>();
    int parts = 0;
    String cursor = null;
    do {
      Part part = data.export(ANN, cursor);
      assertEquals(part, data.export(ANN, cursor), "repeated by another node");
      lines.addAll(part.lines());
      cursor = part.next();
      parts++;
    } while (cursor != null);
    assertEquals(1001, lines.size());
    assertTrue(parts > 4, parts + " parts");
    assertEquals(1001, eraseAll(data));
  }

  @Test
  void aStoreThatFailsInTheMiddleIsTriedAgain() {
    publishAll();
    int[] failing = {1};
    ForwardingBroker misbehaving =
        new ForwardingBroker(broker) {
          @Override
          public int erase(StreamKey stream, Set<Long> sequences) {
            int erased = super.erase(stream, sequences);
            if (failing[0]-- == 0) {
              throw new BrokerException("scripted: after it was erased", null);
            }
            return erased;
          }
        };
    PersonalData data = streams(misbehaving);
    assertThrows(BrokerException.class, () -> data.erase(ANN, null));
    assertEquals(4, eraseAll(data), "two were erased before");
    assertEquals(List.of(), exportAll(streams(broker)));
  }

  @Test
  void earlierEpochsInTheArchiveAreErased() {
    MemoryArchive archive = new MemoryArchive(time, Duration.ofDays(1));
    for (String epoch : List.of("one", "two")) {
      StreamKey stream = new StreamKey(ORDERS, 0, epoch);
      long unused =
          archive.append(
              stream,
              List.of(
                  new Publication(by("ann", ORDERS, 0, "1"), new Position(epoch, 0, 1), 1),
                  new Publication(by("bob", ORDERS, 0, "2"), new Position(epoch, 0, 2), 1)));
    }
    PersonalData data = new PublicationData("mirror", KeptStreams.of(archive), policies, time);
    assertEquals(2, exportAll(data).size());
    assertEquals(2, eraseAll(data));
    assertEquals(List.of(), exportAll(data));
    assertEquals(2, archive.read(new StreamKey(ORDERS, 0, "one"), 0, 10, 10).size());
  }

  @Test
  void whatWaitsInTheSpoolIsRemoved() {
    MemorySpool spool = new MemorySpool();
    spool.add(
        List.of(
            by("ann", ORDERS, 0, "1"),
            by("bob", ORDERS, 0, "2"),
            by("ann", channel("globex", "orders"), 0, "3"),
            plain(channel("private-user:ann"), 0, "4")));
    PersonalData data = new SpoolData(spool, policies);
    assertEquals(List.of("1", "4"), payloads(exportAll(data)));
    assertEquals(2, eraseAll(data));
    assertEquals(
        List.of("id2", "id3"),
        spool.oldest(0, 10).stream().map(each -> each.envelope().id()).toList());
  }

  @Test
  void aUserLeavesPresenceChannels() {
    LocalPresenceStore presence =
        new LocalPresenceStore(tenant -> 10, time, change -> {}, later -> {});
    TenantChannel room = channel("presence-room");
    for (String user : List.of("ann", "bob")) {
      assertNotNull(
          presence.join(
              room,
              new Member(user, "{\"id\":\"" + user + "\"}"),
              new Holder.Lease(Duration.ofMinutes(1))));
    }
    PersonalData data = new PresenceData(presence);
    assertEquals(
        List.of(
            "{\"area\":\"presence\",\"channel\":\"presence-room\",\"member\":{\"id\":\"ann\"}}"),
        exportAll(data));
    assertEquals(1, eraseAll(data));
    assertEquals(0, eraseAll(data));
    assertEquals(1, presence.members(room, null, 10).count());
    presence.close();
  }
}
