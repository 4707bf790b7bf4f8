/** The subscribe use case: joins replay to live publications without a gap or a duplicate. */
@NullMarked
package io.broadcasty.delivery.subscribe;

import org.jspecify.annotations.NullMarked;
