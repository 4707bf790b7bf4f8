/** Jakarta Persistence over the relational database, with the provider of the server. */
@NullMarked
package io.broadcasty.infra.jpa;

import org.jspecify.annotations.NullMarked;
