package io.broadcasty.admin.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.request.RequestId;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of {@link AuditChain}, with the log that extends the chains. */
public abstract class AuditChainContract {

  protected static final TenantId ACME = new TenantId("acme");
  private static final TenantId OPERATIONS = new TenantId("operations");

  /** Returns the log of one of several nodes. */
  protected abstract AuditLog log();

  protected abstract AuditChain chain();

  protected abstract AuditReader reader();

  /** Deletes entries from before a time. */
  protected abstract void prune(long beforeMillis);

  /** Makes the store unreachable from now on. */
  protected abstract void makeUnreachable();

  protected static AuditEvent event(
      @Nullable TenantId tenant, String actor, String target, long timeMillis) {
    return new AuditEvent(
        tenant,
        "key.create",
        AuditOutcome.DONE,
        ACME,
        actor,
        "192.0.2.7",
        target,
        "{\"status\":200}",
        timeMillis);
  }

  protected void append(int count) {
    for (int i = 1; i <= count; i++) {
      log().append(event(ACME, i % 2 == 0 ? "ann" : "bén☃", "key:" + i, i * 1000L));
    }
  }

  protected ChainReport verify() {
    return chain().verify("acme", null, null, Long.MAX_VALUE);
  }

  protected void assertIntact(long entries) {
    ChainReport report = verify();
    assertTrue(report.intact(), report::toString);
    assertEquals(entries, report.entries(), report::toString);
  }

  private List<AuditEntry> entries() {
    return reader().page(AuditFilter.ofTenant(null), null, 100);
  }

  @Test
  void anEmptyChainIsIntact() {
    assertIntact(0);
    assertEquals(List.of(), chain().heads(null, 10));
  }

  @Test
  void eachTenantHasAChain() {
    append(3);
    log().append(event(null, "ann", "tenant:acme", 1));
    log().append(AuditEvent.ofService(null, "driver.switch", null, 2));
    log().append(event(OPERATIONS, "lone \uD83D", "a\0b", 3));
    assertIntact(3);
    assertTrue(chain().verify("", null, null, 99).intact());
    assertTrue(chain().verify("operations", null, null, 99).intact());
    List<ChainHead> heads = chain().heads(null, 10);
    assertEquals(List.of("", "acme", "operations"), heads.stream().map(ChainHead::tenant).toList());
    assertEquals(List.of(2L, 3L, 1L), heads.stream().map(ChainHead::number).toList());
    assertEquals(heads.subList(0, 2), chain().heads(null, 2));
    assertEquals(heads.subList(2, 3), chain().heads("acme", 2));
  }

  @Test
  void nodesExtendAChainTogether() throws Exception {
    int nodes = 4;
    int each = 25;
    ExecutorService threads = Executors.newFixedThreadPool(nodes);
    try {
      CyclicBarrier begin = new CyclicBarrier(nodes);
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int node = 0; node < nodes; node++) {
        AuditLog log = log();
        String actor = "actor" + node % 2;
        String target = "user:actor" + (node + 1) % 2; // locks the same people the other way round
        tasks.add(
            () -> {
              begin.await(30, TimeUnit.SECONDS);
              for (int i = 0; i < each; i++) {
                log.append(event(ACME, actor, target, 1000 + i));
              }
              return each;
            });
      }
      for (Future<Integer> done : threads.invokeAll(tasks)) {
        assertEquals(each, done.get(60, TimeUnit.SECONDS));
      }
    } finally {
      threads.shutdownNow();
    }
    assertIntact((long) nodes * each);
  }

  @Test
  void isIntactWhileOthersExtendShortenAndEraseIt() throws Exception {
    AuditLog log = log();
    AuditChain erasing = chain();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<?> writing =
          threads.submit(
              () -> {
                for (int i = 1; i <= 30; i++) {
                  log.append(event(ACME, "ann", "user:ben" + i % 3, i));
                  if (i % 10 == 0) {
                    prune(i - 7);
                  }
                }
              });
      Future<?> erased =
          threads.submit(
              () -> {
                while (!writing.isDone()) {
                  erasing.erase(ACME, "ann");
                  erasing.erase(ACME, "ben1");
                }
              });
      boolean ended = false;
      while (!ended) {
        ended = writing.isDone();
        ChainReport report = verify();
        assertTrue(report.intact(), report::toString);
      }
      writing.get(60, TimeUnit.SECONDS);
      erased.get(60, TimeUnit.SECONDS);
    } finally {
      threads.shutdownNow();
    }
    assertIntact(8);
    assertEquals(30, verify().verified().number());
  }

  @Test
  void namesTheRequestThatTheThreadServes() {
    append(2);
    try (RequestId.Scope scope = RequestId.enter("r-1")) {
      log().append(event(ACME, "ann", "key:3", 3000));
    }
    append(1);
    assertIntact(4);
    assertEquals(
        Arrays.asList(null, null, "r-1", null),
        entries().stream()
            .sorted(Comparator.comparing(AuditEntry::number))
            .map(AuditEntry::requestId)
            .toList());
  }

  @Test
  void isVerifiedInParts() {
    append(5);
    ChainReport all = verify();
    ChainReport none = chain().verify("acme", null, null, 0);
    assertFalse(none.complete());
    assertEquals(0, none.verified().number());
    ChainHead third = new ChainHead("acme", 3, hash(3));
    ChainReport rest = chain().verify("acme", third, null, Long.MAX_VALUE);
    assertTrue(rest.intact());
    assertEquals(2, rest.entries());
    assertEquals(all.verified(), rest.verified());
    ChainReport other =
        chain().verify("acme", new ChainHead("acme", 3, hash(2)), null, Long.MAX_VALUE);
    assertEquals(ChainReport.Fault.CHANGED, other.fault());
    assertEquals(4, other.faultNumber());
  }

  private String hash(long number) {
    for (AuditEntry entry : entries()) {
      if (entry.number() == number && entry.hash() != null) {
        return entry.hash();
      }
    }
    throw new AssertionError("no entry " + number);
  }

  @Test
  void containsAnExportedHead() {
    append(3);
    ChainHead exported = chain().heads(null, 1).get(0);
    append(2);
    assertTrue(chain().verify("acme", null, exported, Long.MAX_VALUE).intact());
    ChainReport replaced =
        chain().verify("acme", null, new ChainHead("acme", 3, hash(2)), Long.MAX_VALUE);
    assertEquals(ChainReport.Fault.REPLACED, replaced.fault());
    assertEquals(3, replaced.faultNumber());
    ChainReport shorter =
        chain().verify("acme", null, new ChainHead("acme", 9, hash(2)), Long.MAX_VALUE);
    assertEquals(ChainReport.Fault.TRUNCATED, shorter.fault());
    assertEquals(6, shorter.faultNumber());
  }

  @Test
  void staysIntactWhenRetentionShortensIt() {
    append(5);
    log().append(event(OPERATIONS, "ann", "key:1", 1000));
    prune(3000);
    ChainReport report = verify();
    assertTrue(report.intact(), report::toString);
    assertEquals(3, report.entries());
    assertEquals(2, report.from().number());
    assertEquals(3, entries().size());
    prune(Long.MAX_VALUE);
    assertIntact(0);
    assertEquals(5, verify().from().number());
    append(1);
    assertIntact(1);
    assertEquals(6, verify().verified().number());
    ChainReport resumed = chain().verify("acme", new ChainHead("acme", 2, "old"), null, 99);
    assertTrue(resumed.intact(), "what was verified has been removed since");
  }

  @Test
  void retentionEndsAtTheFirstEntryThatIsYoungEnough() {
    for (long time : new long[] {1000, 9000, 2000, 9500}) {
      log().append(event(ACME, "ann", "key:1", time));
    }
    prune(5000);
    assertEquals(1, verify().from().number());
    assertIntact(3);
  }

  @Test
  void erasesAUserAndStaysIntact() {
    append(4);
    log().append(event(OPERATIONS, "ann", "key:1", 5000));
    log().append(event(ACME, "eve", "user:ann", 6000));
    log().append(event(null, "eve", "user:ann", 7000));
    log().append(event(ACME, "anna", "user:anna", 8000));
    ChainHead before = verify().verified();
    assertEquals(5, chain().erase(ACME, "ann"));
    for (AuditEntry entry : entries()) {
      assertNotEquals("ann", entry.actor());
      assertNotEquals("user:ann", entry.target());
      assertEquals(
          String.valueOf(entry.actor()).startsWith("erased:"), entry.ip() == null, entry::toString);
    }
    assertEquals(
        1,
        entries().stream()
            .map(AuditEntry::actor)
            .filter(actor -> String.valueOf(actor).startsWith("erased:"))
            .distinct()
            .count(),
        "one pseudonym");
    assertEquals(before, verify().verified(), "no hash has changed");
    assertEquals(3, verify().erased());
    assertIntact(6);
    assertTrue(chain().verify("operations", null, null, 99).intact());
    assertTrue(chain().verify("", null, null, 99).intact());
    assertEquals(0, chain().erase(ACME, "ann"));
    log().append(event(ACME, "ann", "key:9", 9000));
    assertIntact(7);
    assertEquals(1, chain().erase(ACME, "ann"));
    assertIntact(7);
  }

  @Test
  void erasesAUserOfOneTenantOnly() {
    append(2);
    assertEquals(0, chain().erase(OPERATIONS, "ann"));
    assertEquals("ann", entries().get(0).actor());
  }

  @Test
  void reportsAnUnreachableStore() {
    makeUnreachable();
    assertThrows(AuditStoreException.class, this::verify);
    assertThrows(AuditStoreException.class, () -> chain().heads(null, 1));
    assertThrows(AuditStoreException.class, () -> chain().erase(ACME, "ann"));
  }
}
