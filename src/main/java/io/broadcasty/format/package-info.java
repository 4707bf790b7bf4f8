/**
 * Versions of what is stored and of what nodes send each other: what a node does with one that it
 * does not know.
 *
 * <p>May import: nothing.
 */
@NullMarked
package io.broadcasty.format;

import org.jspecify.annotations.NullMarked;
