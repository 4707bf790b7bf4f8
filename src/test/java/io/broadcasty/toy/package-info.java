/**
 * Providers that only tests have: each is added with this package and a place in {@code
 * config.Providers}, which proves that a new one needs nothing else.
 */
@NullMarked
package io.broadcasty.toy;

import org.jspecify.annotations.NullMarked;
