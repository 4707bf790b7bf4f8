package io.broadcasty.admin.app;

/** Thrown when apps cannot be read or stored now; trying again is right. */
public final class AppStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public AppStoreException(Throwable cause) {
    super("the database of apps cannot be used", cause);
  }
}
