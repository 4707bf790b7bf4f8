/** The security log: refusals and connections, sampled, as lines and in the audit log. */
@NullMarked
package io.broadcasty.admin.securitylog;

import org.jspecify.annotations.NullMarked;
