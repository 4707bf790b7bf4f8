package io.broadcasty.core.format;

/**
 * Checks the format version of a text message or value. Version 1 has no marker, since nodes
 * without versions write and read it. A later version begins with a byte from 2 to 31 that is its
 * number: no text of version 1 begins with a control character.
 */
public final class TextVersion {

  private static final int FIRST_PRINTABLE = ' ';

  private TextVersion() {}

  /**
   * Accepts version 1 only.
   *
   * @param what a kind of message or value, in the plural
   * @throws UnknownVersionException when the text is of a later version
   */
  public static void requireVersionOne(String what, byte[] text) {
    if (text.length > 0 && text[0] >= 0 && text[0] < FIRST_PRINTABLE) {
      throw DecodingFailures.unknownVersion(what, text[0]);
    }
  }
}
