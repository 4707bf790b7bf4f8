/** The id of the HTTP request that a thread is serving. */
@NullMarked
package io.broadcasty.core.request;

import org.jspecify.annotations.NullMarked;
