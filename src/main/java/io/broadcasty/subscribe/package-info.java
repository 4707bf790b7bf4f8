/**
 * The subscribe use case: joins replay to live publications without a gap or a duplicate.
 *
 * <p>May import: {@code auth}, {@code rbac}, {@code ratelimit}, {@code channel}, {@code broker},
 * {@code presence}, {@code protocol}, {@code hub}, {@code lifecycle}, {@code time}, {@code tenant}.
 */
@NullMarked
package io.broadcasty.subscribe;

import org.jspecify.annotations.NullMarked;
