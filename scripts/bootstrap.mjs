// Runs before `npm start` and `npm test`, also in a fresh clone: plain Node, no dependencies.
// Sees to it that Node is new enough and that node_modules is what package-lock.json says.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = [20, 19];
/** A lock file without a pid in it is being written this moment, unless its writer died then. */
const EMPTY_LOCK_MS = 5_000;

/** True when a version ("20.20.2") is at least OLDEST_NODE. */
function isNodeNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/**
 * Null when what is installed is what the lock file asks for, else why not. `wanted` is package-lock.json, `installed`
 * is node_modules/.package-lock.json, which npm writes as its last act, so that an interrupted install has none.
 * Compared by content: a checkout gives files new times without changing them, and the other way round.
 * Optional packages are for other machines and may be missing; so may those for development, unless `withDev`.
 */
function whyInstall(wanted, installed, withDev) {
  if (!wanted) throw new Error('package-lock.json cannot be read');
  if (!installed) return 'node_modules is missing or incomplete';
  const have = installed.packages ?? {};
  for (const [name, entry] of Object.entries(wanted.packages ?? {})) {
    if (name === '') continue;
    const found = have[name];
    const mayMiss = entry.optional || entry.devOptional || entry.peer || (entry.dev && !withDev);
    if (!found && !mayMiss) return `${name} is not installed`;
    if (found && (found.version !== entry.version || found.integrity !== entry.integrity))
      return `${name} has changed`;
  }
  const extra = Object.keys(have).find((name) => !wanted.packages?.[name]);
  return extra ? `${extra} is not in the lock file any more` : null;
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes the lock file, waiting while a live process has it. Two `npm ci` at once would delete each other's files. */
function takeLock(file) {
  mkdirSync(path.dirname(file), { recursive: true });
  for (let told = false; ; ) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = whoHolds(file);
    if (holder === 'nobody') {
      removeStale(file);
      continue;
    }
    if (!told) console.log(`bootstrap: process ${holder} is installing the packages; waiting for it`);
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function whoHolds(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) return pid !== process.pid && isAlive(pid) ? pid : 'nobody';
    return Date.now() - statSync(file).mtimeMs < EMPTY_LOCK_MS ? 'unknown' : 'nobody';
  } catch {
    return 'nobody';
  }
}

/** Moved away first: of two that find the same dead holder one wins, and looks that it was not a new lock that it took. */
function removeStale(file) {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (whoHolds(aside) === 'nobody') rmSync(aside, { force: true });
    else renameSync(aside, file);
  } catch {
    // Somebody else was faster.
  }
}

/** The npm that runs us, with the Node that runs us; `npm` from the PATH when started by hand or by another tool. */
function npmCi(withDev) {
  const npm = process.env.npm_execpath;
  // NODE_ENV=production would leave out what `npm test` needs.
  const args = ['ci', '--no-audit', '--no-fund', ...(withDev ? ['--include=dev'] : [])];
  if (npm && /npm-cli\.[cm]?js$/.test(npm))
    return spawnSync(process.execPath, [npm, ...args], { stdio: 'inherit' });
  return spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32' });
}

/** Returns the exit code for the process. */
function main(root) {
  if (!isNodeNewEnough(process.versions.node)) {
    console.error(`Node ${OLDEST_NODE.join('.')} or later is needed; this is ${process.versions.node}.`);
    return 1;
  }
  process.chdir(root);
  // Only `npm start` can do without the packages for development.
  const withDev = process.env.npm_lifecycle_event !== 'prestart';
  const why = () =>
    whyInstall(readJson('package-lock.json'), readJson('node_modules/.package-lock.json'), withDev);
  if (why() === null) return 0;

  const lock = path.join(root, '.pagesync', 'bootstrap.lock');
  takeLock(lock);
  try {
    const reason = why();
    if (reason === null) return 0;
    console.log(`bootstrap: ${reason}; running npm ci, which takes a minute or less`);
    const { status, signal, error } = npmCi(withDev);
    if (status === 0) return 0;
    console.error(
      `bootstrap: npm ci failed${error ? `: ${error.message}` : ''}${signal ? ` (${signal})` : ''}`,
    );
    return status ?? 1;
  } finally {
    rmSync(lock, { force: true });
  }
}

process.exitCode = main(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
