/**
 * Plain values and ports that every other group needs: time, tenants, channels, callers,
 * permissions, limits, events.
 */
@NullMarked
package io.broadcasty.core;

import org.jspecify.annotations.NullMarked;
