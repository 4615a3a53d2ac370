import { connect } from 'node:net';
import { Connection } from '@temporalio/client';

const CALL_TIMEOUT_MS = 2_000;

/** Temporal's types of search attributes, with their numbers in its API (IndexedValueType). */
const KINDS = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const;
export type SearchAttributeKind = keyof typeof KINDS;

/**
 * True when the server answers for the namespace and knows the search attributes: all that a first workflow needs.
 * The port opens well before that. `--search-attribute` only works on a new database, so what is missing in an older
 * one is added here. Never throws; a call that hangs counts as no after two seconds.
 */
export async function isServing(question: {
  /** `host:port` */
  address: string;
  namespace: string;
  searchAttributes: Readonly<Record<string, SearchAttributeKind>>;
}): Promise<boolean> {
  const { address, namespace, searchAttributes } = question;
  // A gRPC channel backs off for a second after a refused connection, so a bare TCP look comes first.
  if (!(await accepts(address))) return false;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: CALL_TIMEOUT_MS });
    const { workflowService, operatorService } = connection;
    return await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, async () => {
      await workflowService.describeNamespace({ namespace });
      const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
      const missing = Object.entries(searchAttributes).filter(
        ([name]) => customAttributes?.[name] === undefined,
      );
      if (missing.length === 0) return true;
      const toAdd = Object.fromEntries(missing.map(([name, kind]) => [name, KINDS[kind]]));
      await operatorService.addSearchAttributes({ namespace, searchAttributes: toAdd });
      return false;
    });
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

function accepts(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(CALL_TIMEOUT_MS, () => done(false));
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
