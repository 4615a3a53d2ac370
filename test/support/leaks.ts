import type { Client } from '@temporalio/client';
import type { Sql } from '../../src/store/index.ts';

/** A text and where it was found. */
export interface Found {
  where: string;
  text: string;
}

/**
 * Which of the secrets stand in a text, plain or encoded for a URL, as Base64 or in hexadecimal.
 *
 * @param secrets by what they are called in a failure
 */
export function leaksIn(found: readonly Found[], secrets: ReadonlyMap<string, string>): string[] {
  return found.flatMap(({ where, text }) =>
    [...secrets]
      .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
      .map(([name]) => `${name} in ${where}`),
  );
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
}

/** Every row of every table, as PostgreSQL writes it. */
export async function databaseTexts(sql: Sql): Promise<Found[]> {
  const tables = await sql<{ name: string }[]>`
    SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'`;
  const found: Found[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe<{ text: string }[]>(`SELECT t::text AS text FROM ${name} t`);
    found.push({ where: `table ${name}`, text: rows.map(({ text }) => text).join('\n') });
  }
  return found;
}

/** Every history of an installation's workflows, what its payloads hold included. */
export async function historyTexts(temporal: Client, taskQueues: readonly string[]): Promise<Found[]> {
  const query = taskQueues.map((queue) => `TaskQueue = '${queue}'`).join(' OR ');
  const found: Found[] = [];
  for await (const { workflowId, runId, memo } of temporal.workflow.list({ query })) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    found.push({ where: `history of ${workflowId}`, text: textOf([history, memo ?? null]) });
  }
  return found;
}

/** All texts in a value; bytes are taken for text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${textOf(inner)}`)
    .join('\n');
}
