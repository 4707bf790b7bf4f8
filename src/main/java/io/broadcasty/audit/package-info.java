/**
 * The audit log: actions of callers, and changes that the service made by itself.
 *
 * <p>May import: {@code channel}, {@code lifecycle}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.audit;

import org.jspecify.annotations.NullMarked;
