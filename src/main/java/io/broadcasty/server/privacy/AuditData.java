package io.broadcasty.server.privacy;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.audit.AuditChain;
import io.broadcasty.admin.audit.AuditCursor;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditFilter;
import io.broadcasty.admin.audit.AuditReader;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Entries of a tenant's audit log by a user or about it. An erasure replaces its name in the
 * entries of every tenant, and removes its address; the chains stay intact.
 */
@ThreadSafe
final class AuditData implements PersonalData {

  private static final int PAGE = 500;
  private static final String BY = "by ";
  private static final String ABOUT = "about ";

  private final AuditReader reader;
  private final AuditChain chain;

  AuditData(AuditReader reader, AuditChain chain) {
    this.reader = reader;
    this.chain = chain;
  }

  @Override
  public String area() {
    return "audit";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    boolean about = cursor != null && cursor.startsWith(ABOUT);
    String place = cursor == null ? "" : cursor.substring((about ? ABOUT : BY).length());
    AuditFilter filter =
        new AuditFilter(
            subject.tenant().value(),
            0,
            Long.MAX_VALUE,
            about ? null : subject.user(),
            null,
            about ? "user:" + subject.user() : null,
            null,
            null);
    List<AuditEntry> page =
        reader.page(filter, place.isEmpty() ? null : AuditCursor.parse(place), PAGE);
    List<String> lines =
        page.stream()
            .filter(entry -> !about || !subject.user().equals(entry.actor())) // exported before
            .map(this::line)
            .toList();
    String next =
        page.size() < PAGE
            ? (about ? null : ABOUT)
            : (about ? ABOUT : BY) + page.get(page.size() - 1).cursor().text();
    return new Part(lines.size(), lines, next);
  }

  private String line(AuditEntry entry) {
    return ExportedLine.of(
        area(),
        json -> {
          json.writeStringField("action", entry.action());
          writeOptional(json, "outcome", entry.outcome());
          writeOptional(json, "actor", entry.actor());
          writeOptional(json, "address", entry.ip());
          writeOptional(json, "target", entry.target());
          json.writeStringField("time", Instant.ofEpochMilli(entry.timeMillis()).toString());
        });
  }

  private static void writeOptional(JsonGenerator json, String name, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(name, text);
    }
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    return Part.erased(chain.erase(subject.tenant(), subject.user()));
  }
}
