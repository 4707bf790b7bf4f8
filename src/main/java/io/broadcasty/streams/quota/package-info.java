/** Keeps the number of each tenant's channels within its quota, on every store. */
@NullMarked
package io.broadcasty.streams.quota;

import org.jspecify.annotations.NullMarked;
