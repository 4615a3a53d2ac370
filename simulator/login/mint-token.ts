import { randomBytes } from 'node:crypto';

/** A token as Meta's look: `EAA` and a long word. */
export function mintToken(): string {
  return `EAA${randomBytes(60).toString('hex')}`;
}
