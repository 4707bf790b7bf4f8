package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * Caches the result of each encoder in use, so that each encodes a message once. It is a list
 * because a node rarely uses more than two encoders at a time.
 */
@ThreadSafe
abstract class EncodingCache {

  private record Encoding(FrameEncoder<?> encoder, Object encoded, @Nullable Encoding next) {}

  /**
   * The latest entry. A thread that does not see it encodes again and then finds it by {@link
   * #putIfAbsent}.
   */
  private volatile @Nullable Encoding latest;

  final @Nullable Object find(FrameEncoder<?> encoder) {
    for (Encoding each = latest; each != null; each = each.next()) {
      if (each.encoder() == encoder) {
        return each.encoded();
      }
    }
    return null;
  }

  /** Caches an encoding; returns the one that another thread has cached before, if any. */
  final synchronized Object putIfAbsent(FrameEncoder<?> encoder, Object encoded) {
    Object known = find(encoder);
    if (known != null) {
      return known;
    }
    latest = new Encoding(encoder, encoded, latest);
    return encoded;
  }
}
