import {
  ApplicationFailure,
  activityInfo,
  cancellationSignal,
  heartbeat,
  log,
  sleep,
} from '@temporalio/activity';
import type { TokensResult } from '../src/contract/maintenance.ts';
import { expiresSoon, type TokenFacts } from '../src/contract/page-token.ts';
import { type GraphApp, GraphError, type InspectedToken } from '../src/graph/index.ts';
import { PageDisconnected, type Store, UnreadableToken } from '../src/store/index.ts';
import { LEAVE_ALONE_MS, roomForTokens } from './room-for-tokens.ts';
import type { TellOfToken } from './tell-of-token.ts';

/** Pages that are read from the database at once. */
const PAGES = 100;

/** Where a run stands: later attempts go on after it. */
interface Place {
  after: string | null;
  result: TokensResult;
}

/**
 * The maintenance task `tokens`: asks Meta about the token of every connected page (requirement G1). One that is not valid
 * any more is dead, which parks the page's jobs until it is connected again; where Meta leaves that open, the next run asks
 * again. What people should know is told every time. While the app's pool is full the task waits, and after some hours asks
 * slowly; an attempt after a failure goes on where the one before stood.
 *
 * @param graphApp `null` while the app is not configured: nobody can ask
 * @throws ApplicationFailure to be continued later; database errors
 */
export function createCheckTokens(store: Store, graphApp: GraphApp | null, token: TellOfToken) {
  return async function checkTokens({ pageId }: { pageId?: string | undefined }): Promise<TokensResult> {
    const place: Place = (activityInfo().heartbeatDetails as Place | undefined) ?? {
      after: null,
      result: { checked: 0, dead: 0, endSoon: 0, unclear: 0 },
    };
    const { result } = place;
    if (graphApp === null) return result;
    for (;;) {
      const ids = pageId === undefined ? await store.pageTokens.due(place.after, PAGES) : [pageId];
      for (const id of ids) {
        cancellationSignal().throwIfAborted();
        await waitForRoom(graphApp);
        const outcome = await check(graphApp, id);
        result.checked += 1;
        if (outcome !== 'fine') result[outcome] += 1;
        place.after = id;
        heartbeat(place);
      }
      if (pageId !== undefined || ids.length < PAGES) return result;
    }
  };

  async function check(
    app: GraphApp,
    pageId: string,
  ): Promise<'fine' | Exclude<keyof TokensResult, 'checked'>> {
    let encryptedToken: string;
    let facts: InspectedToken;
    try {
      const credentials = await store.pages.credentials(pageId);
      encryptedToken = credentials.encryptedToken;
      try {
        facts = await app.inspectToken(credentials.accessToken, cancellationSignal());
      } catch (error) {
        if (!(error instanceof GraphError)) throw error;
        if (error.kind === 'throttle')
          throw later(error.message, error.untilMs ?? Date.now() + LEAVE_ALONE_MS);
        // it may be of another app, whose tokens nobody but that app is told about
        if (error.kind !== 'transient')
          await store.pageTokens.noteError(pageId, encryptedToken, error.message);
        log.warn('Meta said nothing of the token of a page', { pageId, why: error.message });
        return 'unclear';
      }
    } catch (error) {
      if (error instanceof PageDisconnected) return 'fine';
      if (!(error instanceof UnreadableToken)) throw error;
      log.warn('The token of a page cannot be read', { pageId, why: error.message });
      return 'unclear';
    }
    if (!facts.isValid && !facts.isDead) {
      const why = facts.error ?? '';
      await store.pageTokens.noteError(pageId, encryptedToken, why);
      log.warn('Meta leaves open whether the token of a page is good', { pageId, why });
      return 'unclear';
    }
    if (!(await store.pageTokens.note(pageId, encryptedToken, facts))) return 'fine';
    if (!facts.isValid) {
      log.warn('Meta does not accept the token of a page any more', { pageId, why: facts.error });
      await token.dead(pageId, null);
      return 'dead';
    }
    if (!expiresSoon(facts, Date.now())) return 'fine';
    await token.ends(pageId, firstEnd(facts));
    return 'endSoon';
  }
}

/** @throws ApplicationFailure when the pool is to be left alone */
async function waitForRoom(app: GraphApp): Promise<void> {
  const room = roomForTokens(await app.pool(), activityInfo().scheduledTimestampMs, Date.now());
  if (!room.ask) throw later(room.why, room.untilMs);
  if (room.waitMs > 0) await sleep(room.waitMs);
}

/** Ends the attempt; the next one comes when Meta may want to be asked again. */
function later(why: string, untilMs: number): ApplicationFailure {
  const nextRetryDelay = Math.max(1000, untilMs - Date.now());
  return ApplicationFailure.create({ message: why, type: 'Later', nextRetryDelay });
}

function firstEnd(facts: TokenFacts): string {
  const ends = [facts.expiresAt, facts.dataAccessExpiresAt].filter((at) => at !== null);
  return ends.sort()[0] ?? new Date().toISOString();
}
