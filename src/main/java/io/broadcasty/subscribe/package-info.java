/**
 * The subscribe use case: replay joined to live without a gap or a double.
 *
 * <p>May import: {@code auth}, {@code rbac}, {@code ratelimit}, {@code channel}, {@code broker},
 * {@code presence}, {@code protocol}, {@code hub}, {@code lifecycle}, {@code time}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.subscribe;

import org.jspecify.annotations.NullMarked;
