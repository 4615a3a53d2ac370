import { help, parseFlags } from './flags.ts';
import { startSimulator } from './server.ts';

/** Starts the simulator from the command line and says where it listens, as one JSON line. */
async function main(): Promise<void> {
  const command = parseFlags(process.argv.slice(2));
  if (command.help) {
    process.stdout.write(help);
    return;
  }
  const simulator = await startSimulator(command.options);
  const stop = () => {
    void simulator.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  if (command.exitWithStdin) {
    process.stdin.once('end', stop);
    process.stdin.once('error', stop);
    process.stdin.resume();
  }
  process.stdout.write(`${JSON.stringify({ listening: simulator.url })}\n`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
