package io.broadcasty.core.rbac;

/** The role names that Broadcasty itself interprets, in a token's {@code roles}. */
public final class Roles {

  /** May publish, and see the state of the service. */
  public static final String ADMIN = "admin";

  /** May publish. */
  public static final String PUBLISHER = "publisher";

  /** May read private channels and join presence channels. */
  public static final String MEMBER = "member";

  /** May read private and presence channels, join these, and publish to them as itself. */
  public static final String PARTICIPANT = "participant";

  private Roles() {}
}
