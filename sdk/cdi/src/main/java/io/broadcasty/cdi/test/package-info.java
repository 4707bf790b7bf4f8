/** For the tests of applications: publishers that publish nowhere, and record what they get. */
package io.broadcasty.cdi.test;
