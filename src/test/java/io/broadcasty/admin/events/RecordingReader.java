package io.broadcasty.admin.events;

import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reader that remembers what it was told. */
final class RecordingReader implements EventReader {

  private final @Nullable TenantId tenant;
  private final List<AdminEvent> events = new ArrayList<>();
  boolean ended;

  /**
   * @param tenant null for an operator who reads all
   */
  RecordingReader(@Nullable TenantId tenant) {
    this.tenant = tenant;
  }

  /** Returns the events since the last call. */
  List<AdminEvent> take() {
    List<AdminEvent> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  @Override
  public @Nullable TenantId tenant() {
    return tenant;
  }

  @Override
  public boolean isOperator() {
    return tenant == null;
  }

  @Override
  public void onEvent(AdminEvent event) {
    events.add(event);
  }

  @Override
  public void onTick() {}

  @Override
  public void onEnd() {
    ended = true;
  }
}
