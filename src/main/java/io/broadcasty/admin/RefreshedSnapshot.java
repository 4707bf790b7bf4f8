package io.broadcasty.admin;

import com.google.errorprone.annotations.ThreadSafe;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What administrators have stored, as the data plane has it in memory. Reading may block.
 *
 * @param <K> names what changes and is read again as a whole, such as a tenant
 */
@ThreadSafe
public interface RefreshedSnapshot<K> {

  /** Notes that something has changed; {@link #refresh} has to follow soon. */
  void markChanged(K key);

  /**
   * Returns whether something has changed and could not be read since, or not within half a second.
   */
  boolean isUnread(K key);

  /**
   * Reads one thing again.
   *
   * @return false when the source failed
   */
  boolean refresh(K key);

  /**
   * Reads everything again.
   *
   * @return what has changed; null when the source failed, so that what is known stays in force
   */
  @Nullable Set<K> refreshAll();
}
