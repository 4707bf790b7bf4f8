/** Apps in a relational database. */
@NullMarked
package io.broadcasty.admin.app.jdbc;

import org.jspecify.annotations.NullMarked;
