package io.broadcasty.failover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.failover.ProviderState.Condition;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProviderChainTest {

  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Failure DOWN = Failure.passing("answers 503");

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
    assertEquals(true, chain.toProbe().contains(name), name + " is due");
    chain.probed(name);
  }

  private Condition condition(int provider) {
    return chain.states().get(provider).condition();
  }

  @Test
  void theFirstServesAndTheNextWhenItFails() {
    assertEquals("reverb", chain.active());
    chain.failed("reverb", DOWN);
    assertEquals("pusher", chain.active());
    chain.failed("ably", DOWN);
    assertEquals("pusher", chain.active());
    chain.failed("pusher", DOWN);
    assertNull(chain.active());
    assertEquals(List.of("reverb>pusher", "pusher>null"), switches);
    assertEquals("answers 503", chain.states().get(0).reason());
  }

  @Test
  void aPreferredOneComesBackAfterTwoGoodProbes() {
    chain.failed("reverb", DOWN);
    assertEquals(List.of(), chain.toProbe(), "not before the interval");
    goodProbe("reverb");
    assertEquals(Condition.PROBING, condition(0));
    assertEquals("pusher", chain.active());
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
    assertEquals(Condition.HEALTHY, condition(0));
    assertNull(chain.states().get(0).reason());
  }

  @Test
  void aBadProbeBeginsTheCountAnew() {
    chain.failed("reverb", DOWN);
    goodProbe("reverb");
    time.advance(INTERVAL);
    chain.failed("reverb", DOWN);
    goodProbe("reverb");
    assertEquals("pusher", chain.active());
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
  }

  @Test
  void oneGoodProbeIsEnoughWhenNobodyServes() {
    chain.failed("reverb", DOWN);
    chain.failed("pusher", DOWN);
    chain.failed("ably", DOWN);
    goodProbe("ably");
    assertEquals("ably", chain.active());
  }

  @Test
  void whoAskedToBeLeftAloneIsNotProbedBefore() {
    chain.failed("reverb", new Failure("429", Duration.ofSeconds(30), false));
    time.advance(Duration.ofSeconds(29));
    assertEquals(List.of(), chain.toProbe());
    time.advance(Duration.ofSeconds(1));
    assertEquals(List.of("reverb"), chain.toProbe());
    assertEquals(List.of(), chain.toProbe(), "one at a time");
  }

  @Test
  void whoFailsAgainSoonNeedsMoreGoodProbes() {
    chain.failed("reverb", DOWN);
    goodProbe("reverb");
    goodProbe("reverb");
    chain.failed("reverb", DOWN);
    for (int i = 0; i < 3; i++) {
      goodProbe("reverb");
      assertEquals("pusher", chain.active());
    }
    goodProbe("reverb");
    assertEquals("reverb", chain.active());
    time.advance(Duration.ofMinutes(2));
    chain.failed("reverb", DOWN);
    goodProbe("reverb");
    goodProbe("reverb");
    assertEquals("reverb", chain.active(), "it had settled");
  }

  @Test
  void thereMayBeNone() {
    ProviderChain none = new ProviderChain(List.of(), INTERVAL, time, time, change -> {});
    assertNull(none.active());
    assertEquals(List.of(), none.toProbe());
  }
}
