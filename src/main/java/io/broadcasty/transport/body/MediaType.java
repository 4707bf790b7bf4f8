package io.broadcasty.transport.body;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The media types of request bodies. */
public final class MediaType {

  private static final Pattern JSON =
      Pattern.compile("\\s*application/json\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*application/x-www-form-urlencoded\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

  private MediaType() {}

  /** Returns whether a {@code Content-Type} is that of JSON, with any parameters. */
  public static boolean isJson(@Nullable String contentType) {
    return contentType != null && JSON.matcher(contentType).matches();
  }

  /** Returns whether a {@code Content-Type} is that of a form, with any parameters. */
  public static boolean isForm(@Nullable String contentType) {
    return contentType != null && FORM.matcher(contentType).matches();
  }
}
