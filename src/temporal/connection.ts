import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection } from '@temporalio/worker';

/**
 * Where Temporal is, from its own variables (`TEMPORAL_ADDRESS`, `TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`,
 * `TEMPORAL_TLS_…`, `TEMPORAL_PROFILE`): a dev server, a cluster, Temporal Cloud.
 */
function connectConfig(env: Record<string, string | undefined>) {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const config = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(set) });
  return { options: config.connectionOptions, namespace: config.namespace ?? 'default' };
}

/** A client that connects when it is first used, so that an API starts and answers 503 while Temporal is away. */
export function connectClient(env: Record<string, string | undefined>): Client {
  const { options, namespace } = connectConfig(env);
  // a run that is closed has nothing to say of the page's sync
  const workflow = { queryRejectCondition: 'NOT_OPEN' as const };
  return new Client({ connection: Connection.lazy(options), namespace, workflow });
}

/** A worker's connection. @throws when Temporal is away */
export async function connectWorker(
  env: Record<string, string | undefined>,
): Promise<{ connection: NativeConnection; namespace: string }> {
  const { options, namespace } = connectConfig(env);
  return { connection: await NativeConnection.connect(options), namespace };
}
