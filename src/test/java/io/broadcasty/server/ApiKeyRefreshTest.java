package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.ApiKeySnapshot;
import io.broadcasty.admin.key.FakeApiKeys;
import io.broadcasty.admin.key.KeyStoreException;
import io.broadcasty.admin.key.TestKeys;
import io.broadcasty.cluster.control.ControlMessage.KeysChanged;
import io.broadcasty.core.time.ManualTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiKeyRefreshTest {

  private final ManualTime time = new ManualTime();
  private final FakeApiKeys stored = new FakeApiKeys(time);
  private final ApiKeySnapshot snapshot = new ApiKeySnapshot(TestKeys.MASTER, time);
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final List<String> ended = new ArrayList<>();
  private final SnapshotRefresh<String> refresh =
      SnapshotRefresh.ofKeys(snapshot, tasks::add, ended::add);

  {
    snapshot.readFrom(stored);
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private ApiKey insert(String id) {
    ApiKey inserted = stored.insert(TestKeys.key(id, "acme"));
    assertNotNull(inserted);
    refresh.onMessage(new KeysChanged(id));
    run();
    assertTrue(snapshot.isKnown(id));
    for (int second = 0; second < 20; second++) {
      refresh.sweep(); // of the message
    }
    ended.clear();
    return inserted;
  }

  private void revoke(ApiKey key) {
    assertNotNull(stored.replace(key.withoutUse(2000)));
  }

  /** A stream may be admitted just before the revocation, and be registered after it. */
  @Test
  void theStreamsOfARevokedKeyAreEndedAgainForAWhile() {
    ApiKey key = insert("a");
    insert("b");
    revoke(key);
    refresh.onMessage(new KeysChanged("a"));
    run();
    assertFalse(snapshot.isKnown("a"));
    for (int second = 0; second < 20; second++) {
      refresh.sweep();
    }
    assertEquals(List.of("a", "a", "a", "a", "a", "a"), ended);
  }

  /** Streams of a secret that a rotation has ended are looked for, also after missed messages. */
  @Test
  void theStreamsOfAChangedKeyAreLookedFor() {
    ApiKey a = insert("a");
    ApiKey b = insert("b");
    insert("c");
    assertNotNull(stored.replace(a.withSecrets("m1", a.secret(), "", 0, 2000)));
    refresh.onMessage(new KeysChanged("a"));
    run();
    assertEquals(List.of("a"), ended);
    assertNotNull(stored.replace(b.withSecrets("m1", b.secret(), "", 0, 2000)));
    refresh.onMissed();
    run();
    assertEquals(List.of("a", "b"), ended);
  }

  @Test
  void missedMessagesAreMadeUpForByReadingAll() {
    ApiKey key = insert("a");
    revoke(key);
    refresh.onMissed();
    run();
    assertEquals(List.of("a"), ended);
  }

  /** As after the deletion of a tenant. */
  @Test
  void aMessageAboutAllKeysIsFollowedByReadingAll() {
    ApiKey key = insert("a");
    revoke(key);
    refresh.onMessage(new KeysChanged(null));
    run();
    assertEquals(List.of("a"), ended);
    assertFalse(snapshot.isKnown("a"));
  }

  /** The streams of a key that has merely changed must not end because the store is away. */
  @Test
  void whatCouldNotBeReadIsReadLater() {
    ApiKey key = insert("a");
    insert("b");
    revoke(key);
    stored.fault = new KeyStoreException("away", new IllegalStateException());
    refresh.onMessage(new KeysChanged("a"));
    refresh.onMessage(new KeysChanged("b"));
    run();
    refresh.retry();
    run();
    assertEquals(List.of(), ended);
    assertTrue(snapshot.isUnread("b"));
    stored.fault = null;
    refresh.retry();
    run();
    assertEquals(List.of("a"), ended);
    assertTrue(snapshot.isKnown("b"));
    refresh.retry();
    assertTrue(tasks.isEmpty(), "there is nothing to retry");
  }
}
