package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.push.queue.UserPushes;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notifications to a user that were sent, or wait to be sent. */
@ThreadSafe
final class PushData implements PersonalData {

  private static final int PAGE = 200;

  private final UserPushes pushes;

  PushData(UserPushes pushes) {
    this.pushes = pushes;
  }

  @Override
  public String area() {
    return "pushes";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    List<UserPushes.Push> page =
        pushes.find(subject.tenant(), subject.user(), cursor == null ? "" : cursor, PAGE);
    List<String> lines = page.stream().map(this::line).toList();
    return new Part(
        lines.size(), lines, page.isEmpty() ? null : page.get(page.size() - 1).cursor());
  }

  private String line(UserPushes.Push push) {
    return ExportedLine.of(
        area(),
        json -> {
          json.writeStringField("id", push.sendId());
          json.writeStringField("state", push.state());
          json.writeStringField("title", push.title());
          String body = push.body();
          if (body != null) {
            json.writeStringField("body", body);
          }
          String data = push.dataJson();
          if (data != null) {
            json.writeFieldName("data");
            json.writeRawValue(data);
          }
          json.writeStringField("time", Instant.ofEpochMilli(push.timeMillis()).toString());
        });
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    int erased = pushes.erase(subject.tenant(), subject.user(), PAGE);
    return new Part(erased, List.of(), erased == 0 ? null : "more");
  }
}
