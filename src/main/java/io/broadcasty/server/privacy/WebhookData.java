package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookOutbox;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages about a user that endpoints were sent, or are about to be. */
@ThreadSafe
final class WebhookData implements PersonalData {

  private static final int PAGE = 500;

  private final WebhookOutbox outbox;

  WebhookData(WebhookOutbox outbox) {
    this.outbox = outbox;
  }

  @Override
  public String area() {
    return "webhooks";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    long after = cursor == null ? 0 : Long.parseLong(cursor);
    List<WebhookDelivery> found = outbox.ofUser(subject.tenant(), subject.user(), after, PAGE);
    List<String> lines = found.stream().map(this::line).toList();
    return found.size() < PAGE
        ? Part.exported(lines)
        : new Part(lines.size(), lines, Long.toString(found.get(PAGE - 1).number()));
  }

  private String line(WebhookDelivery delivery) {
    return ExportedLine.of(
        area(),
        json -> {
          json.writeStringField("id", delivery.messageId());
          json.writeStringField("state", delivery.state().wireName());
          json.writeStringField(
              "createdAt", Instant.ofEpochMilli(delivery.createdAtMillis()).toString());
          json.writeFieldName("body");
          json.writeRawValue(delivery.body());
        });
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    return Part.erased(outbox.deleteOfUser(subject.tenant(), subject.user()));
  }
}
