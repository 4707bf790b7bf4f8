/**
 * A client of Broadcasty for Java 17 and later, without any dependency: publish, read streams, see
 * who is present, push and administer.
 *
 * <p>{@link io.broadcasty.client.BroadcastyClient} is where to begin.
 */
package io.broadcasty.client;
