/** Channel policies as the data plane reads them from a relational database. */
@NullMarked
package io.broadcasty.admin.policy.jdbc;

import org.jspecify.annotations.NullMarked;
