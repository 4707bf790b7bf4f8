package io.broadcasty.core.auth;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.TenantId;
import org.junit.jupiter.api.Test;

/** The contract of {@link NonceStore}. */
public abstract class NonceStoreContract {

  protected static final TenantId ACME = new TenantId("acme");

  /** Returns the store under test, the same throughout a test; it remembers for a long time. */
  protected abstract NonceStore store();

  @Test
  void aNonceIsUsedOnceByAUser() {
    assertTrue(store().tryUse(ACME, "ann", "12345678"));
    assertFalse(store().tryUse(ACME, "ann", "12345678"));
    assertTrue(store().tryUse(ACME, "ann", "12345679"));
    assertTrue(store().tryUse(ACME, "bob", "12345678"));
    assertTrue(store().tryUse(new TenantId("other"), "ann", "12345678"));
  }

  @Test
  void concatenatedNamesDoNotCollide() {
    assertTrue(store().tryUse(ACME, "ann", "1:12345678"));
    assertTrue(store().tryUse(ACME, "ann1:", "12345678"));
    assertTrue(store().tryUse(ACME, "ann1", ":12345678"));
  }
}
