package io.broadcasty.delivery.hub;

/** Computes the length of a text in UTF-8 without encoding it. */
public final class Utf8Length {

  private Utf8Length() {}

  /** Returns how many bytes a text has in UTF-8. */
  public static int of(String text) {
    int length = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // a surrogate pair makes 4 bytes out of 2 characters
        length += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return length;
  }
}
