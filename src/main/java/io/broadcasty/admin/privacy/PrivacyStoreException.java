package io.broadcasty.admin.privacy;

import org.jspecify.annotations.Nullable;

/** The store of jobs does not answer; trying again is right. */
public final class PrivacyStoreException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public PrivacyStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
