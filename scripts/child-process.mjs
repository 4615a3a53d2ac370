// Runs the programs of installed packages and sees to it that none outlives us.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** Time a child has to end by itself before it is killed. */
const GRACE_MS = 20_000;

const children = new Set();

/** Asks all running children to end, and kills those that do not. */
export function endChildren() {
  for (const child of children) {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  }
}

/** The JavaScript file behind a package's program: found without a shell, on every system. */
function programFile(packageName, program) {
  const folder = path.join('node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return path.join(folder, typeof bin === 'string' ? bin : bin[program]);
}

/**
 * Runs a package's program. Its output is collected, or shown as it comes when `show` is set.
 *
 * @returns its exit code (the signal's name when one ended it) and its output
 */
export function runTool(packageName, program, args, options = {}) {
  return runScript(programFile(packageName, program), args, options);
}

/** The same of a JavaScript file. */
export function runScript(file, args, { show = false } = {}) {
  const { FORCE_COLOR: _, ...env } = process.env;
  // Programs take CI for a terminal: colour is for those who look at one.
  const colourful = show && process.stdout.isTTY;
  const child = spawn(process.execPath, [file, ...args], {
    env: colourful ? process.env : { ...env, NO_COLOR: '1' },
    stdio: ['ignore', ...(show ? ['inherit', 'inherit'] : ['pipe', 'pipe'])],
  });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }));
  }).finally(() => children.delete(child));
}
