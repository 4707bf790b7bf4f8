/** API keys as the data plane reads them from a relational database. */
@NullMarked
package io.broadcasty.admin.key.jdbc;

import org.jspecify.annotations.NullMarked;
