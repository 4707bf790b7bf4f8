/**
 * What was done by whom, and what the service did by itself.
 *
 * <p>May import: {@code channel}, {@code lifecycle}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.audit;

import org.jspecify.annotations.NullMarked;
