package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalNonceStoreTest extends NonceStoreContract {

  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory = new MemoryBudget(MemoryArea.IDS, 100_000, 50);
  private final LocalNonceStore store = new LocalNonceStore(Duration.ofMinutes(2), memory, time);

  @Override
  protected NonceStore store() {
    return store;
  }

  @Test
  void aNonceIsRememberedForTheConfiguredTime() {
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
    time.advance(Duration.ofSeconds(119));
    assertFalse(store.tryUse(ACME, "ann", "12345678"));
    time.advance(Duration.ofSeconds(2));
    assertTrue(store.tryUse(ACME, "ann", "12345678"));
  }

  @Test
  void refusesNewNoncesOfATenantWithoutMemoryInsteadOfForgettingOldOnes() {
    int taken = 0;
    try {
      while (taken < 10_000) {
        assertTrue(store.tryUse(ACME, "ann", "nonce-" + taken));
        taken++;
      }
    } catch (AuthenticationUnavailableException e) {
      assertTrue(taken > 50);
    }
    assertTrue(taken < 10_000, "there is no bound");
    assertFalse(store.tryUse(ACME, "ann", "nonce-0"));
    assertTrue(store.tryUse(new TenantId("other"), "ann", "nonce-0"));
    time.advance(Duration.ofMinutes(3));
    assertTrue(store.tryUse(ACME, "ann", "nonce-0"));
    time.advance(Duration.ofMinutes(3));
    for (int i = 0; i < 10; i++) {
      assertTrue(store.tryUse(ACME, "ann", "nonce-" + i));
    }
    assertTrue(memory.usedBytes() < 5_000, "expired nonces are still counted");
  }
}
