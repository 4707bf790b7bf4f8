/** A connector of MicroProfile Reactive Messaging that publishes to channels. */
package io.broadcasty.reactive;
