package io.broadcasty.core.format;

/**
 * Thrown for data that a node of another version stored or sent in a form unknown to this node.
 * Another node may be able to read it. It has already been counted, and logged once.
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
