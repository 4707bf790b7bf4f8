package io.broadcasty.format;

/**
 * The version of a message or value that is text. Version 1 has no mark, since nodes that know no
 * versions write it and read it. Any later version begins with a byte from 2 to 31 that is its
 * number: no text of version 1 begins with a control character.
 */
public final class TextVersion {

  private static final int FIRST_PRINTABLE = ' ';

  private TextVersion() {}

  /**
   * Lets version 1 pass.
   *
   * @param what a kind of message or value, in the plural
   * @throws UnknownVersionException when it is of a later version
   */
  public static void requireFirst(String what, byte[] text) {
    if (text.length > 0 && text[0] >= 0 && text[0] < FIRST_PRINTABLE) {
      throw Undecodable.version(what, text[0]);
    }
  }
}
