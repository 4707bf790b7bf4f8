package io.broadcasty.integration;

import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.PolicyResolver;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** A policy as an application provides it: a CDI bean in the WAR. */
@ApplicationScoped
public class OwnPolicy implements PolicyResolver {

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    return !channel.startsWith("closed.");
  }

  @Override
  public int partitions(String tenant, String channel) {
    return channel.startsWith("wide.") ? 4 : 1;
  }
}
