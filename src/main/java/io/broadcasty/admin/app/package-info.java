/**
 * Apps of the Pusher protocol that administrators create: their credentials, and their snapshot.
 */
@NullMarked
package io.broadcasty.admin.app;

import org.jspecify.annotations.NullMarked;
