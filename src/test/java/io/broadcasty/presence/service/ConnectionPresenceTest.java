package io.broadcasty.presence.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.presence.Holder;
import io.broadcasty.presence.JoinOutcome;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.presence.PresenceStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests what a connection holds when joins complete late, and after a refresh of its token. */
class ConnectionPresenceTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final ChannelName ROOM = new ChannelName("presence-room");

  private final LateStore store = new LateStore();
  private final RateLimiter unlimited =
      new RateLimiter() {
        @Override
        public Verdict tryAcquire(RateKey key, long permits) {
          return new Verdict(true, key.scope(), 1, 1, Duration.ZERO);
        }

        @Override
        public boolean isEnabled() {
          return false;
        }
      };
  private final PresenceService service =
      new PresenceService(
          new Policy((tenant, channel, user, roles, action) -> roles.contains(action.name())),
          unlimited,
          store,
          new TestTenantSettings(),
          RealtimeListener.NONE);
  private final ConnectionPresence connection = new ConnectionPresence(service, "c-1");

  /** A store that completes joins when the test lets it; then the member is present. */
  private static final class LateStore implements PresenceStore {
    private final Set<String> present = new TreeSet<>();
    private final ArrayDeque<CompletableFuture<JoinOutcome>> joins = new ArrayDeque<>();
    private final ArrayDeque<String> joining = new ArrayDeque<>();

    void complete(JoinOutcome outcome) {
      String member = joining.remove();
      if (outcome instanceof JoinOutcome.Joined) {
        present.add(member);
      }
      joins.remove().complete(outcome);
    }

    @Override
    public CompletionStage<JoinOutcome> join(TenantChannel channel, Member member, Holder holder) {
      CompletableFuture<JoinOutcome> later = new CompletableFuture<>();
      joins.add(later);
      joining.add(member.id());
      return later;
    }

    @Override
    public CompletionStage<Boolean> leave(TenantChannel channel, String memberId, Holder holder) {
      return CompletableFuture.completedFuture(present.remove(memberId));
    }

    @Override
    public CompletionStage<Boolean> renew(
        TenantChannel channel, String memberId, Holder.Lease lease) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Void> follow(TenantChannel channel) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unfollow(TenantChannel channel) {}

    @Override
    public PresencePage members(TenantChannel channel, @Nullable String after, int limit) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Set<ChannelName> channels(TenantId tenant) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void expire() {}

    @Override
    public void close() {}
  }

  private static Caller ann(String... actions) {
    return new Caller(ACME, "ann", Set.of(actions), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  }

  private CompletionStage<PresenceOutcome> join(Caller caller, String member) {
    return connection.join(caller, ROOM, new Member(member, "{\"id\":\"" + member + "\"}"));
  }

  @Test
  void aJoinUnderWayEndsWithARefreshThatDoesNotAllowIt() {
    var unused = join(ann("PRESENCE"), "ann");
    assertEquals(List.of(ROOM), connection.reauthorize(ann()));
    store.complete(new JoinOutcome.Joined(true));
    assertEquals(Set.of(), store.present);
    assertEquals(List.of(), connection.reauthorize(ann()));
  }

  @Test
  void anotherMemberNeedsTheRightToPublishAfterARefreshToo() {
    var unused = join(ann("PRESENCE", "PUBLISH"), "guest");
    store.complete(new JoinOutcome.Joined(true));
    assertEquals(List.of(), connection.reauthorize(ann("PRESENCE", "PUBLISH")));
    assertEquals(List.of(ROOM), connection.reauthorize(ann("PRESENCE")));
    assertEquals(Set.of(), store.present);
  }

  @Test
  void aFailedJoinDoesNotBringBackWhatWasLeftMeanwhile() {
    var unused = join(ann("PRESENCE", "PUBLISH"), "ann");
    store.complete(new JoinOutcome.Joined(true));
    CompletionStage<PresenceOutcome> second = join(ann("PRESENCE", "PUBLISH"), "guest");
    assertTrue(connection.leave(ROOM));
    store.complete(new JoinOutcome.Full(1));
    assertInstanceOf(PresenceOutcome.Full.class, second.toCompletableFuture().join());
    assertEquals(Set.of(), store.present);
    assertEquals(List.of(), connection.reauthorize(ann()));
  }
}
