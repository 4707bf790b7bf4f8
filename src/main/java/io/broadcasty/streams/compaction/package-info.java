/** Compaction: of a channel that is compacted, only the newest publication of a key is kept. */
@NullMarked
package io.broadcasty.streams.compaction;

import org.jspecify.annotations.NullMarked;
