/**
 * A protocol and providers for tests only. Each is added by this package and an entry in a list
 * such as {@code config.Providers}, which proves that a new one needs nothing else.
 */
@NullMarked
package io.broadcasty.protocol.example;

import org.jspecify.annotations.NullMarked;
