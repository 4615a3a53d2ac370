import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../contract/names.ts';

/** How long Temporal may take for both calls, in milliseconds. */
const DEADLINE_MS = 10_000;

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` */
const KEYWORD = 2;

/** The names and types to register, as a dev server's `--search-attribute` takes them. */
export const SEARCH_ATTRIBUTE_TYPES: Record<string, 'Keyword'> = Object.fromEntries(
  Object.values(SEARCH_ATTRIBUTES).map((key) => [key.name, 'Keyword' as const]),
);

/**
 * Registers the search attributes that the namespace lacks; without them no sync can be started.
 *
 * @throws when Temporal does not answer; when this client may not do so, with the command that does (Temporal Cloud)
 */
export function ensureSearchAttributes(client: Client): Promise<void> {
  return client.withDeadline(Date.now() + DEADLINE_MS, () => register(client));
}

async function register(client: Client): Promise<void> {
  const { namespace } = client.options;
  const { operatorService } = client.connection;
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.keys(SEARCH_ATTRIBUTE_TYPES).filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    const flags = missing.map((name) => `--name ${name} --type Keyword`).join(' ');
    throw new Error(
      `Register the search attributes: temporal operator search-attribute create --namespace ${namespace} ${flags}`,
      { cause: error },
    );
  }
}
