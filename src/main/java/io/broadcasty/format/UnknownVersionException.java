package io.broadcasty.format;

/**
 * Stored or sent by a node of another version, in a way that this one does not know. Another node
 * may be able to read it. The log has been told, once, and it has been counted.
 */
public final class UnknownVersionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  UnknownVersionException(String sentence) {
    super(sentence);
    this.sentence = sentence;
  }

  @Override
  public String getMessage() {
    return sentence;
  }
}
