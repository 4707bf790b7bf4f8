package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.Spool.SpooledEnvelope;
import io.broadcasty.wire.JsonWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publications by a user and to it that wait until their streams can be reached. They have no
 * position yet, so those that are erased leave no place behind.
 */
@ThreadSafe
final class SpoolData implements PersonalData {

  private static final int PAGE = 500;

  private final Spool spool;
  private final StoredPolicies policies;

  SpoolData(Spool spool, StoredPolicies policies) {
    this.spool = spool;
    this.policies = policies;
  }

  @Override
  public String area() {
    return "spool";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    List<SpooledEnvelope> page = page(cursor);
    List<String> lines = of(subject, page).stream().map(each -> line(each.envelope())).toList();
    return new Part(lines.size(), lines, next(page));
  }

  private String line(Envelope envelope) {
    return ExportedLine.of(area(), json -> JsonWriter.writeWaiting(json, envelope));
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    List<SpooledEnvelope> page = page(cursor);
    List<SpooledEnvelope> found = of(subject, page);
    if (!found.isEmpty()) {
      spool.remove(found);
    }
    return new Part(found.size(), List.of(), next(page));
  }

  private List<SpooledEnvelope> page(@Nullable String cursor) {
    return spool.oldest(cursor == null ? 0 : Long.parseLong(cursor), PAGE);
  }

  private List<SpooledEnvelope> of(DataSubject subject, List<SpooledEnvelope> page) {
    UserChannels channels = new UserChannels(subject, policies.of(subject.tenant().value()));
    return page.stream()
        .filter(each -> each.envelope().channel().tenant().equals(subject.tenant()))
        .filter(each -> channels.contains(each.envelope()))
        .toList();
  }

  private static @Nullable String next(List<SpooledEnvelope> page) {
    return page.isEmpty() ? null : Long.toString(page.get(page.size() - 1).number());
  }
}
