import type { TokenFacts } from '../contract/page-token.ts';
import type { GraphApp } from '../graph/index.ts';
import { askMeta, Refused } from './ask-meta.ts';

/**
 * Asks Meta whether a token is the page's and good (requirement G1).
 *
 * @throws Refused naming `accessToken`; MetaUnavailable
 */
export async function checkPageToken(
  app: GraphApp,
  page: { facebookPageId: string; accessToken: string },
): Promise<TokenFacts> {
  const {
    type,
    profileId,
    isDead: _isDead,
    ...facts
  } = await askMeta('accessToken', (signal) => app.inspectToken(page.accessToken, signal));
  if (!facts.isValid) throw new Refused('accessToken', facts.error ?? 'is not valid');
  if (type !== 'PAGE') throw new Refused('accessToken', `is no page token, but of type ${type ?? 'unknown'}`);
  if (profileId !== page.facebookPageId) {
    throw new Refused('accessToken', `is the token of another page (${profileId ?? 'unknown'})`);
  }
  return facts;
}
