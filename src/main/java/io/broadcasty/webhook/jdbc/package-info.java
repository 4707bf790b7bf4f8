/** Endpoints and the outbox of webhooks in a relational database. */
@NullMarked
package io.broadcasty.webhook.jdbc;

import org.jspecify.annotations.NullMarked;
