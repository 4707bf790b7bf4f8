/**
 * A load on several nodes that compares acknowledged publications with those that each subscriber
 * received. Used by tests and by {@code bench/outage}.
 */
@NullMarked
package io.broadcasty.cluster;

import org.jspecify.annotations.NullMarked;
