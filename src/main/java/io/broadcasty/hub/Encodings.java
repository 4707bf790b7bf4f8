package io.broadcasty.hub;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * What the encoders in use have made of one thing, each once. A list, since a node rarely uses more
 * than two encoders at a time.
 */
@ThreadSafe
abstract class Encodings {

  private record Encoding(FrameEncoder<?> encoder, Object encoded, @Nullable Encoding next) {}

  /** A thread that does not see the latest encodes anew, and then finds it by {@link #keep}. */
  private @Nullable Encoding latest;

  final @Nullable Object find(FrameEncoder<?> encoder) {
    for (Encoding each = latest; each != null; each = each.next()) {
      if (each.encoder() == encoder) {
        return each.encoded();
      }
    }
    return null;
  }

  /** Keeps what was made; answers what another thread has kept before, if one has. */
  final synchronized Object keep(FrameEncoder<?> encoder, Object encoded) {
    Object known = find(encoder);
    if (known != null) {
      return known;
    }
    latest = new Encoding(encoder, encoded, latest);
    return encoded;
  }
}
