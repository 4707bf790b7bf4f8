package io.broadcasty.core.request;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The id of the HTTP request that the current thread is serving: 1 to {@value #MAX_LENGTH}
 * characters of {@code A-Z a-z 0-9 . _ : -}. The audit log and the security log name it, so that
 * their entries are found by what a client or proxy has recorded.
 *
 * <p>It may have been chosen by the client, so it proves nothing, and two requests may have the
 * same one.
 */
@ThreadSafe
public final class RequestId {

  /** The longest id that is taken over from a client. */
  public static final int MAX_LENGTH = 64;

  private static final ThreadLocal<@Nullable String> CURRENT = new ThreadLocal<>();

  /** Ends the association of a thread with an id, on the same thread. */
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  private RequestId() {}

  /** Returns the id of the request that this thread is serving; null when it serves none. */
  public static @Nullable String current() {
    return CURRENT.get();
  }

  /** Has this thread serve a request until the scope is closed. */
  public static Scope enter(String id) {
    String before = CURRENT.get();
    CURRENT.set(id);
    return () -> {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    };
  }

  /** Returns whether an id of a client can be taken over. */
  public static boolean isValid(String id) {
    return !id.isEmpty()
        && id.length() <= MAX_LENGTH
        && id.chars()
            .allMatch(
                c ->
                    (c >= 'A' && c <= 'Z')
                        || (c >= 'a' && c <= 'z')
                        || (c >= '0' && c <= '9')
                        || "._:-".indexOf(c) >= 0);
  }

  /**
   * Returns a new id of 32 hexadecimal digits. It identifies the request and protects nothing, so a
   * fast generator is enough.
   */
  public static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
