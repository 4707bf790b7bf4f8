package io.broadcasty.database;

/** The database cannot be reached, migrated or closed. */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatabaseException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What the matter is, in a line: the message, and what the innermost cause says. */
  public String reason() {
    Throwable innermost = this;
    while (innermost.getCause() != null && innermost.getCause() != innermost) {
      innermost = innermost.getCause();
    }
    String message = String.valueOf(getMessage());
    return innermost == this ? message : message + ": " + innermost.getMessage();
  }
}
