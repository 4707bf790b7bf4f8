package io.broadcasty.rbac;

/** The names of roles that mean something to Broadcasty itself, in a token's {@code roles}. */
public final class Roles {

  /** May publish, and see how the service does. */
  public static final String ADMIN = "admin";

  /** May publish. */
  public static final String PUBLISHER = "publisher";

  /** May read private channels and be present. */
  public static final String MEMBER = "member";

  private Roles() {}
}
