package io.broadcasty.admin.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One area of what the service keeps of users, such as their devices. Work is done in parts, each
 * of some seconds at most if the store allows; a part may be repeated, when the node has died
 * before its result was stored.
 *
 * <p>Every method may block, and throws an exception when the store does not answer; the same part
 * is then tried again.
 */
@ThreadSafe
public interface PersonalData {

  /** Returns the area's name in reports: lower case, at most 32 characters. */
  String area();

  /**
   * Returns a part of the data.
   *
   * @param cursor the {@code next} of the part before; null for the first
   */
  Part export(DataSubject subject, @Nullable String cursor);

  /**
   * Erases a part of the data, for good.
   *
   * @param cursor as for {@link #export}
   * @return without lines
   */
  Part erase(DataSubject subject, @Nullable String cursor);

  /**
   * What became of a part.
   *
   * @param count how many items were exported, or erased; those that were erased before are not
   *     counted
   * @param lines the exported items, each a line of JSON
   * @param next where the next part begins, at most 1000 characters; null at the end
   */
  record Part(long count, List<String> lines, @Nullable String next) {

    public Part {
      lines = List.copyOf(lines);
    }

    /** Returns the last part, in which items were erased. */
    public static Part erased(long count) {
      return new Part(count, List.of(), null);
    }

    /** Returns the last part, with exported items. */
    public static Part exported(List<String> lines) {
      return new Part(lines.size(), lines, null);
    }
  }
}
