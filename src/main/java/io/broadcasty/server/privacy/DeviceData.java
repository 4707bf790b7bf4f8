package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The devices of a user, on which it gets notifications. An export leaves their secrets out. */
@ThreadSafe
final class DeviceData implements PersonalData {

  private final PushSubscriptionStore devices;

  DeviceData(PushSubscriptionStore devices) {
    this.devices = devices;
  }

  @Override
  public String area() {
    return "devices";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    return Part.exported(
        devices.findByUser(subject.tenant(), subject.user()).stream().map(this::line).toList());
  }

  private String line(PushSubscription device) {
    return ExportedLine.of(
        area(),
        json -> {
          json.writeStringField("id", device.id());
          json.writeStringField("service", device.address().service().name());
          String name = device.device();
          if (name != null) {
            json.writeStringField("device", name);
          }
          json.writeArrayFieldStart("topics");
          for (ChannelName topic : device.topics()) {
            json.writeString(topic.value());
          }
          json.writeEndArray();
          json.writeStringField(
              "confirmedAt", Instant.ofEpochMilli(device.confirmedAtMillis()).toString());
        });
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    List<PushSubscription> found = devices.findByUser(subject.tenant(), subject.user());
    int removed = 0;
    for (PushSubscription device : found) {
      if (devices.remove(subject.tenant(), device.id(), subject.user())) {
        removed++;
      }
    }
    return Part.erased(removed);
  }
}
