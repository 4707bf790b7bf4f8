/**
 * A load on several nodes with a ledger, which compares the acknowledged publications with what
 * each subscriber received. Used by tests and by {@code bench/outage}.
 */
@NullMarked
package io.broadcasty.integration.load;

import org.jspecify.annotations.NullMarked;
