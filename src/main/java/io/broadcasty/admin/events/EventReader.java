package io.broadcasty.admin.events;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** Somebody who reads events. Its methods must neither block nor throw. */
public interface EventReader {

  /** Returns the tenant whose events it reads; null for all. */
  @Nullable TenantId tenant();

  /** Returns who reads. */
  Caller caller();

  /** Returns whether it is an operator. */
  boolean isOperator();

  /** Called with each event that it may see, in their order on each node. */
  void onEvent(AdminEvent event);

  /** Called about once a second. */
  void onTick();

  /**
   * Called when somebody ends the streams of this caller.
   *
   * @param code the wire name of the code that the client is told
   */
  void onDisconnected(String code);

  /** Called when the node stops, or cannot read events any more. */
  void onEnd();
}
