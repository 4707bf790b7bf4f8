package io.broadcasty.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.cluster.control.ControlMessage.SettingsChanged;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.MemoryTenantSettingsSource;
import io.broadcasty.core.tenant.RefreshedTenantSettings;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsException;
import io.broadcasty.core.tenant.TestTenantSettings;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantSettingsRefreshTest {

  private static final TenantId ACME = new TenantId("acme");

  private final MemoryTenantSettingsSource source = new MemoryTenantSettingsSource();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final List<RefreshedTenantSettings> nodes = List.of(node(), node());
  private final List<TenantSettingsRefresh> refreshes =
      nodes.stream()
          .map(settings -> new TenantSettingsRefresh(settings, tasks::add, () -> {}))
          .toList();

  private RefreshedTenantSettings node() {
    return new RefreshedTenantSettings(
        new FixedTenantSettings(TestTenantSettings.GENEROUS, Map.of()), source);
  }

  private void run() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private List<Integer> channels() {
    return nodes.stream().map(node -> node.of(ACME).maxChannels()).toList();
  }

  @Test
  void readsChangesAnnouncedByANode() {
    refreshes.forEach(topic::addListener);
    source.set(ACME, acme -> acme.maxChannels(3));
    topic.publish(new SettingsChanged(ACME));
    run();
    assertEquals(List.of(3, 3), channels());
    source.set(ACME, acme -> acme.maxChannels(4));
    topic.publish(new SettingsChanged(null));
    run();
    assertEquals(List.of(4, 4), channels());
  }

  @Test
  void readsWaitingChangesOnce() {
    TenantSettingsRefresh refresh = refreshes.get(0);
    for (int change = 0; change < 10; change++) {
      refresh.onMessage(new SettingsChanged(ACME));
      refresh.onMessage(new SettingsChanged(null));
    }
    assertEquals(2, tasks.size());
    run();
    refresh.onMessage(new SettingsChanged(ACME));
    assertEquals(1, tasks.size(), "a change after it was read is read again");
  }

  @Test
  void readsMissedAndFailedChangesLater() {
    TenantSettingsRefresh refresh = refreshes.get(0);
    source.set(ACME, acme -> acme.maxChannels(3));
    source.fault = new TenantSettingsException("away");
    refresh.onMessage(new SettingsChanged(ACME));
    run();
    refresh.retry();
    run();
    assertEquals(TestTenantSettings.GENEROUS.maxChannels(), nodes.get(0).of(ACME).maxChannels());
    source.fault = null;
    refresh.retry();
    run();
    assertEquals(3, nodes.get(0).of(ACME).maxChannels());
    refresh.retry();
    assertEquals(0, tasks.size(), "nothing has failed");
    source.set(ACME, acme -> acme.maxChannels(4));
    refresh.onMissed();
    run();
    assertEquals(4, nodes.get(0).of(ACME).maxChannels());
  }
}
