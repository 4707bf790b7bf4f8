package com.example;

import io.broadcasty.core.rbac.AccessRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.PolicyResolver;
import java.util.List;
import java.util.Set;

/** Opens the channels of a team to its members; everything else is as it is by default. */
public class TeamPolicy implements PolicyResolver {

  private static final String TEAM = "private-team.";

  private final PolicyResolver others = new DefaultPolicyResolver();

  /** A token's claim "teams": ["red", "blue"] opens the channels private-team.red and .blue. */
  @Override
  public boolean authorize(AccessRequest request) {
    if (!request.channel().startsWith(TEAM)) {
      return others.authorize(request);
    }
    String team = request.channel().substring(TEAM.length());
    return request.claims().get("teams") instanceof List<?> teams && teams.contains(team);
  }

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    return !channel.startsWith(TEAM) && others.authorize(tenant, channel, userId, roles, action);
  }

  /** Everybody sees who has written what in a team's channel. */
  @Override
  public boolean stampsSender(String tenant, String channel) {
    return channel.startsWith(TEAM);
  }
}
