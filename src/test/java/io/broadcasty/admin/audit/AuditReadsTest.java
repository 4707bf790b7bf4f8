package io.broadcasty.admin.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuditReadsTest {

  private final ManualTime time = new ManualTime();
  private final List<AuditEvent> written = new ArrayList<>();
  private final AuditReads reads = new AuditReads(written::add, time, time);

  private static Caller caller(String subject) {
    return new Caller(
            new TenantId("acme"), subject, Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token")
        .from("192.0.2.7");
  }

  @Test
  void pagesThatReloadThemselvesDoNotFillTheLog() {
    for (int i = 0; i < 100; i++) {
      reads.recordPages(caller("ann"), "acme");
    }
    assertEquals(
        List.of(
            new AuditEvent(
                new TenantId("acme"),
                "audit.read",
                AuditOutcome.DONE,
                new TenantId("acme"),
                "ann",
                "192.0.2.7",
                "audit:acme",
                null,
                time.nowMillis())),
        written);
    time.advance(AuditReads.INTERVAL.minusNanos(1));
    reads.recordPages(caller("ann"), "acme");
    assertEquals(1, written.size());
    time.advance(Duration.ofNanos(1));
    reads.recordPages(caller("ann"), "acme");
    assertEquals(2, written.size());
  }

  @Test
  void eachReaderAndTenantIsWritten() {
    reads.recordPages(caller("ann"), "acme");
    reads.recordPages(caller("ben"), "acme");
    reads.recordPages(caller("ann"), "other");
    reads.recordPages(caller("ann"), null);
    reads.recordPages(caller("ann"), "");
    assertEquals(
        List.of("audit:acme", "audit:acme", "audit:other", "audit:all", "audit:"),
        written.stream().map(AuditEvent::target).toList());
  }

  @Test
  void everyExportIsWritten() {
    reads.record(caller("ann"), "audit.export", "acme");
    reads.record(caller("ann"), "audit.export", "acme");
    assertEquals(2, written.size());
  }
}
