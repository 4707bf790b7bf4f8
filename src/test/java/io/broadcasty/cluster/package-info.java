/**
 * A load on several nodes that keeps a ledger: what was acknowledged, against what each subscriber
 * got. Used by tests and by {@code bench/outage}.
 */
@NullMarked
package io.broadcasty.cluster;

import org.jspecify.annotations.NullMarked;
