import { POSTGRES_DATABASE, POSTGRES_USER } from './postgres-cluster.ts';

/**
 * The shell command with which a person opens psql on the server. The password comes from its file, so that it stays
 * out of the shell's history and the process list. psql itself is not among the programs that are installed with us.
 */
export function psqlCommand(server: { port: number; passwordFile: string }): string {
  const quoted = `'${server.passwordFile.replaceAll("'", "'\\''")}'`;
  return `PGPASSFILE=${quoted} psql -h 127.0.0.1 -p ${server.port} -U ${POSTGRES_USER} ${POSTGRES_DATABASE}`;
}
