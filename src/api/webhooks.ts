import { timingSafeEqual } from 'node:crypto';
import express, { Router } from 'express';
import type { ItemCount, Store } from '../store/index.ts';
import type { WebhookWaker } from '../temporal/webhooks.ts';
import { isSignedByMeta, readWebhookBody, type WebhookBody } from '../webhook/index.ts';
import { Problem } from './problem.ts';

/** Meta's largest POSTs hold 1,000 updates; what is refused for its size is lost. */
const MAX_BODY = '8mb';

/** What the app's Dashboard and we have agreed on. */
export interface WebhookSecrets {
  /** `null` answers every handshake with 403. */
  verifyToken: string | null;
  /** None refuses every POST; two while the secret is rotated. */
  appSecrets: readonly string[];
}

/** What the webhooks work with: a pool of connections of their own, so that nothing else delays an answer. */
export interface WebhookDeps {
  deliveries: Store['deliveries'];
  waker: WebhookWaker;
  secrets: WebhookSecrets;
}

/** `/webhooks/facebook`: what Meta calls. No token of ours: Meta signs (requirements E1, E2). */
export function webhooksRouter({ deliveries, waker, secrets }: WebhookDeps): Router {
  const router = Router();

  // the handshake: Meta asks whether the address is ours
  router.get('/facebook', (req, res) => {
    const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = req.query;
    if (mode !== 'subscribe' || !isSame(token, secrets.verifyToken)) {
      throw new Problem(403, 'bad-verify-token', 'The verify token is not the one of this installation');
    }
    res.type('text/plain').send(typeof challenge === 'string' ? challenge : '');
  });

  router.post('/facebook', express.raw({ type: () => true, limit: MAX_BODY }), async (req, res) => {
    if (secrets.appSecrets.length === 0) {
      const why = 'Set FACEBOOK_APP_SECRET: without it nobody can tell whether Meta has sent this.';
      throw new Problem(503, 'webhooks-not-configured', 'Webhooks are not configured', why);
    }
    const body: Uint8Array = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
    if (!isSignedByMeta(body, req.get('x-hub-signature-256'), secrets.appSecrets)) {
      throw new Problem(401, 'bad-signature', 'The signature does not fit the body');
    }
    const { object, entries, ignored } = readBody(body);
    const counts = [...ignored].map(([kind, items]): ItemCount => ({ kind, outcome: 'ignored', items }));
    // whatever dies after this: what is stored is applied
    const pages = await deliveries.store(object, entries, counts);
    res.type('text/plain').send('EVENT_RECEIVED');
    waker.wake(pages);
  });

  return router;
}

/** @throws Problem 400 when it is not JSON */
function readBody(body: Uint8Array): WebhookBody {
  try {
    return readWebhookBody(Buffer.from(body).toString('utf8'));
  } catch {
    throw new Problem(400, 'malformed-json', 'The body is not JSON', undefined, {
      errors: [{ field: 'body', message: 'is not JSON' }],
    });
  }
}

function isSame(given: unknown, expected: string | null): boolean {
  if (typeof given !== 'string' || expected === null) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
