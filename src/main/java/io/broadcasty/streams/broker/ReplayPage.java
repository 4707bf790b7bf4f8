package io.broadcasty.streams.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a stream.
 *
 * @param state the stream's state when the page was read
 * @param publications oldest first, contiguous, beginning right after the requested position or
 *     after {@code lost.resumeFrom}
 * @param lost set when the requested position cannot be served
 */
public record ReplayPage(
    StreamState state, List<Publication> publications, @Nullable LostPosition lost) {}
