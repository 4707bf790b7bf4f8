package io.broadcasty.cli.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What one check has found.
 *
 * @param check what was checked, such as {@code redis}
 * @param detail what is the case, without any secret
 * @param mend what to do about it; empty when nothing is to be done
 */
public record Finding(String check, Level level, String detail, String mend) {

  /** How bad it is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It was not checked, for the reason in the detail. */
    SKIPPED,
    /** It works, and should be different in production. */
    WARNING,
    /** The server does not start, or does not do what it should. */
    ERROR
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Level.OK, detail, "");
  }

  static Finding skipped(String check, String detail) {
    return new Finding(check, Level.SKIPPED, detail, "");
  }

  static Finding warning(String check, String detail, String mend) {
    return new Finding(check, Level.WARNING, detail, mend);
  }

  static Finding error(String check, String detail, String mend) {
    return new Finding(check, Level.ERROR, detail, mend);
  }

  /** Returns the finding as an object of JSON. */
  public Map<String, Object> json() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("check", check);
    object.put("level", level.name().toLowerCase(Locale.ROOT));
    object.put("detail", detail);
    if (!mend.isEmpty()) {
      object.put("mend", mend);
    }
    return object;
  }
}
