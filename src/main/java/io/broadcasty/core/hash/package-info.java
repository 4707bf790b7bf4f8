/** The hash functions that the product uses, as every JDK provides them. */
@NullMarked
package io.broadcasty.core.hash;

import org.jspecify.annotations.NullMarked;
