/**
 * What each request of an administrator passes: rate limit, permission and audit, as interceptors.
 */
@NullMarked
package io.broadcasty.transport.admin;

import org.jspecify.annotations.NullMarked;
