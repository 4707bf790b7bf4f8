/** Collections that the JDK does not have: bounded maps, and maps that count references. */
@NullMarked
package io.broadcasty.core.collection;

import org.jspecify.annotations.NullMarked;
