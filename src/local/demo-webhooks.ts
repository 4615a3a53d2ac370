import { randomBytes } from 'node:crypto';

/** What the demo's app and we have agreed on; made anew at every start, as the simulator is. */
export interface DemoApp {
  FACEBOOK_APP_ID: string;
  FACEBOOK_APP_SECRET: string;
  FACEBOOK_VERIFY_TOKEN: string;
}

/** The secrets of the demo's app, as far as the environment does not name them. */
export function demoApp(env: Record<string, string | undefined>): DemoApp {
  const secret = () => randomBytes(16).toString('hex');
  return {
    FACEBOOK_APP_ID: env.FACEBOOK_APP_ID || '1234567890',
    FACEBOOK_APP_SECRET: env.FACEBOOK_APP_SECRET || secret(),
    FACEBOOK_VERIFY_TOKEN: env.FACEBOOK_VERIFY_TOKEN || secret(),
  };
}

/**
 * Tells the simulator where webhooks go, as one tells Meta in the App Dashboard; it asks us with the verify token first.
 *
 * @throws when it cannot deliver there
 */
export async function deliverDemoWebhooks(simulatorUrl: string, apiUrl: string, app: DemoApp): Promise<void> {
  const response = await fetch(`${simulatorUrl}/_control/webhooks`, {
    method: 'POST',
    body: JSON.stringify({
      url: `${apiUrl}/webhooks/facebook`,
      appId: app.FACEBOOK_APP_ID,
      appSecret: app.FACEBOOK_APP_SECRET,
      verifyToken: app.FACEBOOK_VERIFY_TOKEN,
    }),
  });
  if (!response.ok) throw new Error(`The simulator does not deliver webhooks: ${await response.text()}`);
}
