package io.broadcasty.infra.database;

/** Thrown when the database cannot be reached, migrated, used or closed. */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Returns one line: the message, and that of the innermost cause. */
  public String reason() {
    Throwable innermost = this;
    while (innermost.getCause() != null && innermost.getCause() != innermost) {
      innermost = innermost.getCause();
    }
    String message = String.valueOf(getMessage());
    return innermost == this ? message : message + ": " + innermost.getMessage();
  }
}
