/** JSON as plain values: maps, collections, texts, numbers. */
@NullMarked
package io.broadcasty.core.json;

import org.jspecify.annotations.NullMarked;
