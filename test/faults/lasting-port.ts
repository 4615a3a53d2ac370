import { randomInt } from 'node:crypto';
import { preferPort } from '../../src/embedded/ports.ts';

/**
 * A TCP port for a server that is killed and comes back on it. Not one that the operating system gives: those are
 * given to outgoing connections as well, even to those that try to reach the dead server.
 */
export function lastingPort(): Promise<number> {
  return preferPort(randomInt(12_000, 30_000));
}
