package io.broadcasty.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a stream.
 *
 * @param state what was kept when the page was read
 * @param publications oldest first, contiguous, beginning right after the position asked for or
 *     after {@code lost.resumeFrom}
 * @param lost set when the position asked for cannot be served
 */
public record ReplayPage(StreamState state, List<Publication> publications, @Nullable Lost lost) {}
