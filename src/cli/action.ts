import type { Command } from 'commander';
import type { Connection } from './connection.ts';

/** Connects as the command's options say. */
export type Connect = (command: Command) => Promise<Connection>;

/** A commander action that works with the API: it gets the command's own options, and what stands without a name. */
export function action<Options>(
  connect: Connect,
  work: (connection: Connection, options: Options, ...operands: string[]) => Promise<void>,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    await work(await connect(command), command.opts() as Options, ...command.args);
  };
}
