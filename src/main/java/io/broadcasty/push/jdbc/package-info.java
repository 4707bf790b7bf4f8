/** Push subscriptions, the push queue and pending pushes in a relational database. */
@NullMarked
package io.broadcasty.push.jdbc;

import org.jspecify.annotations.NullMarked;
