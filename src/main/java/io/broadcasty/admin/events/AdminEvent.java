package io.broadcasty.admin.events;

import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that administrators see happen. */
public sealed interface AdminEvent {

  /**
   * Returns whether somebody may see the event.
   *
   * @param tenant the tenant that is looked at; null for all, which operators alone look at
   * @param operator whether it is an operator who looks
   */
  boolean isVisibleTo(@Nullable TenantId tenant, boolean operator);

  /** An entry was written to the audit log. */
  record Audited(AuditEntry entry) implements AdminEvent {
    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return tenant == null || entry.tenant().equals(tenant.value());
    }
  }

  /**
   * A node has joined the others, or has left them.
   *
   * @param joined whether it has joined
   */
  record NodeChanged(String node, boolean joined) implements AdminEvent {
    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return true;
    }
  }

  /**
   * A channel has got its first subscriber in the cluster, or has lost its last.
   *
   * @param occupied whether it has a subscriber now
   */
  record ChannelChanged(TenantChannel channel, boolean occupied) implements AdminEvent {
    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return tenant == null || channel.tenant().equals(tenant);
    }
  }

  /**
   * How many connections there are now.
   *
   * @param of the tenant; null for the connections of all tenants
   * @param byNode without nodes that have none
   */
  record Connections(@Nullable TenantId of, Map<String, Integer> byNode) implements AdminEvent {
    public Connections {
      byNode = Map.copyOf(byNode);
    }

    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return of == null ? tenant == null : of.equals(tenant);
    }
  }

  /**
   * A provider of the relay or a push service has entered another state on a node.
   *
   * @param service {@code relay:} or {@code push:} and its name
   */
  record ServiceChanged(String node, String service, String state) implements AdminEvent {
    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return operator;
    }
  }

  /** More happened than could be told; what is shown has to be read again. */
  record Missed() implements AdminEvent {
    @Override
    public boolean isVisibleTo(@Nullable TenantId tenant, boolean operator) {
      return true;
    }
  }
}
