import type { PageToken } from '../../../src/contract/resources.ts';
import { formatDay } from '../../format/times.ts';
import type { Tone } from '../../ui/tone.ts';

/** A word for a token's state. */
export function tokenState(token: PageToken): { label: string; tone: Tone } {
  if (token.state === 'disconnected') return { label: 'Erased', tone: 'neutral' };
  if (token.state === 'needs_reconnect') return { label: 'Refused by Meta', tone: 'danger' };
  if (token.expiresSoon) return { label: 'Ends soon', tone: 'warning' };
  if (token.missingScopes.length > 0) return { label: 'Lacks permissions', tone: 'warning' };
  return { label: 'Accepted', tone: 'success' };
}

/**
 * What will stop a page soon, in a sentence; `null`: nothing is known of. What has stopped it already its health says.
 *
 * @param nowMs epoch milliseconds
 */
export function tokenWarning(token: PageToken, nowMs: number): string | null {
  if (token.state !== 'valid') return null;
  if (token.expiresSoon) {
    const ends = firstOf([token.expiresAt, token.dataAccessExpiresAt]);
    if (ends === null) return null;
    const what = ends === token.expiresAt ? 'The token' : 'Access to its data';
    const when = Date.parse(ends) < nowMs ? 'ended on' : 'ends on';
    return `${what} ${when} ${formatDay(ends)}. Connect the page again, and nothing stops.`;
  }
  if (token.missingScopes.length > 0) {
    return `The token lacks ${token.missingScopes.join(', ')}. Connect the page again and allow all that is asked for.`;
  }
  return null;
}

function firstOf(times: (string | null)[]): string | null {
  return times.filter((time) => time !== null).sort((a, b) => Date.parse(a) - Date.parse(b))[0] ?? null;
}
