/**
 * Publishes from Jakarta EE applications: at once, or after the commit of the transaction in which
 * they publish.
 */
package io.broadcasty.cdi;
