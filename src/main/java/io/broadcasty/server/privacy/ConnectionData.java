package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a user, which hold its places in presence channels. An erasure ends them
 * first, on all nodes; nothing of them is stored.
 */
@ThreadSafe
final class ConnectionData implements PersonalData {

  private static final String CODE = "disconnected";

  private final ControlTopic topic;

  ConnectionData(ControlTopic topic) {
    this.topic = topic;
  }

  @Override
  public String area() {
    return "connections";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    return Part.exported(List.of());
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    var unused =
        topic.publish(
            new ControlMessage.Disconnect(subject.tenant(), subject.user(), null, null, CODE));
    return Part.erased(0);
  }
}
