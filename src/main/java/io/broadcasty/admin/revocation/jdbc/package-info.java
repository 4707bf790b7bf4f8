/** Revocations as the data plane reads them from a relational database. */
@NullMarked
package io.broadcasty.admin.revocation.jdbc;

import org.jspecify.annotations.NullMarked;
