/**
 * Background threads: loops that continue after a failure, their supervision and their condition.
 */
@NullMarked
package io.broadcasty.core.background;

import org.jspecify.annotations.NullMarked;
