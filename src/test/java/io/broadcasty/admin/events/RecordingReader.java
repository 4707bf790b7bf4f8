package io.broadcasty.admin.events;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A reader that remembers what it was told. */
final class RecordingReader implements EventReader {

  private final @Nullable TenantId tenant;
  private final List<AdminEvent> events = new ArrayList<>();
  final List<String> disconnected = new ArrayList<>();
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
  public Caller caller() {
    return new Caller(
        tenant == null ? new TenantId("service") : tenant,
        "ann",
        Set.of(),
        Instant.EPOCH,
        Instant.MAX,
        Map.of("jti", "t1"),
        "token");
  }

  @Override
  public void onDisconnected(String code) {
    disconnected.add(code);
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
