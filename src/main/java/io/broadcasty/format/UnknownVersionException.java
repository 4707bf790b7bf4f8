package io.broadcasty.format;

/**
 * Stored or sent by a node of another version, in a way that this one does not know. Another node
 * may be able to read it. Whoever throws it has had {@link Undecodable} tell of it.
 */
public final class UnknownVersionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownVersionException(String message) {
    super(message);
  }
}
