package io.broadcasty.integration.load;

/** Reads single values from JSON of a known form. */
final class JsonText {

  private JsonText() {}

  /** Returns the text between a prefix and a character; empty when the prefix is missing. */
  static String between(String json, String after, char before) {
    int from = json.indexOf(after);
    if (from < 0) {
      return "";
    }
    from += after.length();
    int to = json.indexOf(before, from);
    return json.substring(from, to < 0 ? json.length() : to);
  }

  /** Returns the number after a prefix; 0 when the prefix is missing. */
  static long number(String json, String after) {
    int from = json.indexOf(after);
    long number = 0;
    if (from >= 0) {
      for (int i = from + after.length(); i < json.length(); i++) {
        int digit = json.charAt(i) - '0';
        if (digit < 0 || digit > 9) {
          break;
        }
        number = number * 10 + digit;
      }
    }
    return number;
  }
}
