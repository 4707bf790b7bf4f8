/**
 * HTTP calls to services of others, for every package that makes them: bounded replies, what a
 * failed call means, when to try again, and which addresses are public.
 */
@NullMarked
package io.broadcasty.core.http;

import org.jspecify.annotations.NullMarked;
