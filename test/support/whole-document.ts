import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { OpenApiDocument } from '../../src/api/openapi.ts';
import type { WebhookDeps } from '../../src/api/webhooks.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/log.ts';

const TOKEN = 'a-token-of-the-environment';

/** The OpenAPI document as the program serves it, without the parts that answer anything else. */
export async function wholeDocument(env: Record<string, string> = {}): Promise<OpenApiDocument> {
  const nothing: unknown = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing });
  const config = readConfig({
    DATABASE_URL: 'postgres://localhost/nothing',
    TOKEN_ENCRYPTION_KEYS: Buffer.alloc(32, 1).toString('base64'),
    PAGESYNC_API_TOKEN: TOKEN,
    ...env,
  });
  const app = createApp(nothing as ApiDeps, nothing as WebhookDeps, config, createLogger('silent', 'test'));
  const server = app.listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/api/openapi.json`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    return (await response.json()) as OpenApiDocument;
  } finally {
    server.close();
  }
}
