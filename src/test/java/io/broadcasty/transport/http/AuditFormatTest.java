package io.broadcasty.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditAdministration;
import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditExport;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.AuditStoreException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.transport.FakeServlets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the exports of the audit log, and how many are written at a time. */
class AuditFormatTest {

  private final ManualTime time = new ManualTime();
  private long stored = 1;
  private long failingAfter = Long.MAX_VALUE;
  private int largestPage;
  private String context = "{\"a\":\"b,c\"}";

  private final AuditAdministration audit =
      new AuditAdministration(
          this::page,
          FakeServlets.fake(AuditChain.class, (called, arguments) -> null),
          AuditLog.NONE,
          time,
          time);

  private List<AuditEntry> page(AuditFilter filter, @Nullable AuditCursor before, int limit) {
    List<AuditEntry> page = new ArrayList<>();
    long next = before == null ? stored : before.id() - 1;
    for (long id = next; id > 0 && page.size() < limit; id--) {
      if (stored - id >= failingAfter) {
        throw new AuditStoreException("away", new IllegalStateException());
      }
      page.add(
          new AuditEntry(
              id,
              "acme",
              "key.create",
              "done",
              "acme",
              "=cmd()",
              null,
              "key:\"1\"",
              context,
              id == 1 ? "r-1" : null,
              1000 + id,
              id,
              "aa"));
    }
    largestPage = Math.max(largestPage, page.size());
    return page;
  }

  private static Caller caller(String tenant) {
    return new Caller(
        new TenantId(tenant), "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token");
  }

  private AuditExport export(String tenant) {
    AuditExport export = audit.export(caller(tenant), AuditFilter.ofTenant(tenant));
    assertNotNull(export);
    return export;
  }

  private String written(AuditFormat format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (AuditExport export = export("acme")) {
      format.write(out, export);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void writesCsv() throws IOException {
    assertEquals(
        "id,time,tenant,action,outcome,actorTenant,actor,address,target,context,number,hash,"
            + "requestId\r\n"
            + "1,1970-01-01T00:00:01.001Z,acme,key.create,done,acme,'=cmd(),,\"key:\"\"1\"\"\","
            + "\"{\"\"a\"\":\"\"b,c\"\"}\",1,aa,r-1\r\n",
        written(AuditFormat.CSV));
  }

  @Test
  void writesNdjson() throws IOException {
    assertEquals(
        "{\"id\":1,\"time\":\"1970-01-01T00:00:01.001Z\",\"tenant\":\"acme\","
            + "\"action\":\"key.create\",\"outcome\":\"done\",\"actorTenant\":\"acme\","
            + "\"actor\":\"=cmd()\",\"target\":\"key:\\\"1\\\"\",\"requestId\":\"r-1\","
            + "\"context\":{\"a\":\"b,c\"},\"number\":1,\"hash\":\"aa\"}\n",
        written(AuditFormat.NDJSON));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":", "{\n}", "[]", "{} {}", "x", ""})
  void aContextThatWasChangedBreaksNoLine(String changed) throws IOException {
    context = changed;
    String text = written(AuditFormat.NDJSON);
    assertEquals(text.length() - 1, text.indexOf('\n'));
    assertTrue(text.contains("\"context\":\""), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＠a"})
  void noCellIsAFormula(String text) {
    String cell = AuditFormat.cell(text);
    assertTrue(cell.startsWith("'") || cell.startsWith("\"'"), cell);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=1", "key:-1", "192.0.2.7", "'", "änn"})
  void otherCellsAreAsTheyAre(String text) {
    assertEquals(text, AuditFormat.cell(text));
  }

  @Test
  void aLargeLogIsReadInPages() throws IOException {
    stored = 100_000;
    long[] bytes = new long[1];
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int b) {
            bytes[0]++;
          }

          @Override
          public void write(byte[] b, int offset, int length) {
            bytes[0] += length;
          }
        };
    try (AuditExport export = export("acme")) {
      AuditFormat.NDJSON.write(counting, export);
    }
    assertTrue(bytes[0] > stored * 100, "all were written");
    assertTrue(largestPage <= 1000, "a page at a time");
  }

  @Test
  void anExportThatFailsDoesNotEndAsIfItWereComplete() {
    stored = 1000;
    failingAfter = 500;
    assertThrows(AuditStoreException.class, () -> written(AuditFormat.CSV));
    failingAfter = 0;
    assertThrows(AuditStoreException.class, () -> export("acme"));
    failingAfter = Long.MAX_VALUE;
    export("acme").close();
  }

  @Test
  void aTenantWritesOneExportAtATime() {
    AuditExport first = export("acme");
    assertNull(audit.export(caller("acme"), AuditFilter.ofTenant("acme")));
    export("other").close();
    first.close();
    AuditExport second = export("acme");
    first.close();
    assertNull(audit.export(caller("acme"), AuditFilter.ofTenant("acme")), "closed once only");
    second.close();
  }

  @Test
  void aNodeWritesFewExportsAtATime() {
    List<AuditExport> open = new ArrayList<>();
    for (String tenant : List.of("a", "b", "c", "d")) {
      open.add(export(tenant));
    }
    assertNull(audit.export(caller("e"), AuditFilter.ofTenant("e")));
    open.get(0).close();
    open.set(0, export("e"));
    open.forEach(AuditExport::close);
  }
}
