package io.broadcasty.admin.events;

import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/** Somebody who reads events. Its methods must neither block nor throw. */
public interface EventReader {

  /** Returns the tenant whose events it reads; null for all. */
  @Nullable TenantId tenant();

  /** Returns whether it is an operator. */
  boolean isOperator();

  /** Called with each event that it may see, in their order on each node. */
  void onEvent(AdminEvent event);

  /** Called about once a second. */
  void onTick();

  /** Called when the node stops, or cannot read events any more. */
  void onEnd();
}
