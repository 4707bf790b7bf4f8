package io.broadcasty.relay.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.relay.failover.ProviderState.Condition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProviderChainTest {

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final ProviderFailure DOWN = ProviderFailure.temporary("answers 503");

  private final ManualTime time = new ManualTime();
  private final List<String> switches = new ArrayList<>();
  private final ProviderChain chain =
      new ProviderChain(
          List.of("reverb", "pusher", "ably"),
          INTERVAL,
          time,
          time,
          change -> switches.add(change.from() + ">" + change.to()));

  private void goodProbe(String name) {
    time.advance(INTERVAL);
    assertEquals(true, chain.dueForProbe().contains(name), name + " is due");
    chain.recordProbeSuccess(name);
  }

  private Condition condition(int provider) {
    return chain.states().get(provider).condition();
  }

  @Test
  void theFirstServesAndTheNextWhenItFails() {
    assertEquals("reverb", chain.active());
    chain.recordFailure("reverb", DOWN);
    assertEquals("pusher", chain.active());
    chain.recordFailure("ably", DOWN);
    assertEquals("pusher", chain.active());
    chain.recordFailure("pusher", DOWN);
    assertNull(chain.active());
    assertEquals(List.of("reverb>pusher", "pusher>null"), switches);
    assertEquals("answers 503", chain.states().get(0).reason());
  }

  @Test
  void aPreferredProviderReturnsAfterTwoGoodProbes() {
    chain.recordFailure("reverb", DOWN);
    assertEquals(List.of(), chain.dueForProbe(), "not before the interval");
    goodProbe("reverb");
    assertEquals(Condition.PROBING, condition(0));
    assertEquals("pusher", chain.active());
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
    assertEquals(Condition.HEALTHY, condition(0));
    assertNull(chain.states().get(0).reason());
  }

  @Test
  void aBadProbeResetsTheCount() {
    chain.recordFailure("reverb", DOWN);
    goodProbe("reverb");
    time.advance(INTERVAL);
    chain.recordFailure("reverb", DOWN);
    goodProbe("reverb");
    assertEquals("pusher", chain.active());
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
  }

  @Test
  void oneGoodProbeIsEnoughWhenNoneIsHealthy() {
    chain.recordFailure("reverb", DOWN);
    chain.recordFailure("pusher", DOWN);
    chain.recordFailure("ably", DOWN);
    goodProbe("ably");
    assertEquals("ably", chain.active());
  }

  @Test
  void doesNotProbeBeforeRetryAfter() {
    chain.recordFailure("reverb", new ProviderFailure("429", Duration.ofSeconds(30), false));
    time.advance(Duration.ofSeconds(29));
    assertEquals(List.of(), chain.dueForProbe());
    time.advance(Duration.ofSeconds(1));
    assertEquals(List.of("reverb"), chain.dueForProbe());
    assertEquals(List.of(), chain.dueForProbe(), "one at a time");
  }

  @Test
  void aRelapseNeedsMoreGoodProbes() {
    chain.recordFailure("reverb", DOWN);
    goodProbe("reverb");
    goodProbe("reverb");
    chain.recordFailure("reverb", DOWN);
    for (int i = 0; i < 3; i++) {
      goodProbe("reverb");
      assertEquals("pusher", chain.active());
    }
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
    time.advance(Duration.ofMinutes(2));
    chain.recordFailure("reverb", DOWN);
    goodProbe("reverb");
    goodProbe("reverb");
    assertEquals("reverb", chain.active(), "it had settled");
  }

  @Test
  void allowsNoProviders() {
    ProviderChain none = new ProviderChain(List.of(), INTERVAL, time, time, change -> {});
    assertNull(none.active());
    assertEquals(List.of(), none.dueForProbe());
  }
}
