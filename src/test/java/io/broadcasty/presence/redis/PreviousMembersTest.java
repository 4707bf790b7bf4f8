package io.broadcasty.presence.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import io.broadcasty.core.format.PreviousRelease;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests members as nodes of other releases announce them. */
class PreviousMembersTest {

  private static final TenantChannel ROOM =
      new TenantChannel(new TenantId("acme"), new ChannelName("presence-room"));

  private final List<PresenceChange> changes = new ArrayList<>();
  private final List<Runnable> delayed = new ArrayList<>();
  private final LocalPresenceStore local =
      new LocalPresenceStore(tenant -> 100, new ManualTime(), changes::add, delayed::add);
  private final MembershipCache cache = new MembershipCache(ROOM, local);

  private void begin() {
    cache.replaceAll(cache.generation(), 0, Map.of());
  }

  private List<Member> members() {
    return local.members(ROOM, null, 10).members();
  }

  @Test
  void decodesChangesOfThePreviousRelease() {
    begin();
    List<byte[]> announced = PreviousRelease.written("announced bc:pra:{acme:presence-room}");
    assertEquals(3, announced.size());
    announced.forEach(message -> assertFalse(cache.onChange(message)));
    assertEquals(List.of(new Member("ann", "{\"id\":\"ann\",\"name\":\"Ånn\"}")), members());
  }

  @Test
  void readsAllMembersAfterAnUndecodableChange() {
    for (String message : List.of("\u0002anything", "x", "1\n+3 9\nann", "1\n")) {
      begin();
      long before = DecodingFailures.count();
      boolean read = cache.onChange(message.getBytes(UTF_8));
      assertEquals(!message.equals("1\n"), read, message);
      assertEquals(read, DecodingFailures.count() > before, message);
    }
  }

  @Test
  void skipsUndecodableChangesWhileMembersAreRead() {
    assertFalse(cache.onChange("\u0002anything".getBytes(UTF_8)));
    assertFalse(cache.onChange("1\n+3 12\nbob{\"id\":\"bob\"}".getBytes(UTF_8)));
    begin();
    assertEquals(List.of(new Member("bob", "{\"id\":\"bob\"}")), members());
    assertTrue(cache.isInSyncWith(1));
    assertFalse(cache.isInSyncWith(2)); // so that the next comparison finds what was missed
  }
}
