// `npm test`: everything that has to hold, in order. Plain Node, so that it needs nothing that it checks.
//   node scripts/test.mjs             all checks, then the tests
//   node scripts/test.mjs --static    the checks alone (`npm run check`)
// Other arguments are vitest's: `npm test -- test/unit/compose.test.ts`.
// The last line is always "N passed, N failed", each check and each test being one; the exit code is 1 if any failed.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildDashboard } from './build-dashboard.mjs';
import { endChildren, runScript, runTool } from './child-process.mjs';
import { findChromium } from './find-chromium.mjs';
import { firstLoadFault } from './first-load.mjs';
import { lockFileFaults } from './lock-file.mjs';
import { countTests } from './test-counts.mjs';

const CODE_FOLDERS = ['src', 'workflows', 'activities', 'simulator', 'web', 'bench', 'test'];

process.chdir(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const vitestArguments = process.argv
  .slice(2)
  .filter((argument) => argument !== '--' && argument !== '--static');
const staticOnly = process.argv.includes('--static');

const total = { passed: 0, failed: 0 };
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    interrupted = true;
    endChildren();
  });
}

const [green, red] = process.stdout.isTTY
  ? [32, 31].map((code) => (s) => `\u001b[${code}m${s}\u001b[0m`)
  : [String, String];

/** Runs a check, counts it, and shows what it says when it fails. `run` resolves with null, or with what is wrong. */
async function check(name, run) {
  if (interrupted) return;
  const started = performance.now();
  const fault = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  total[fault === null ? 'passed' : 'failed'] += 1;
  console.log(`${fault === null ? green('ok  ') : red('FAIL')} ${name} (${seconds} s)`);
  if (fault !== null) console.log(fault.trimEnd());
}

/** A check by a package's program: it must leave with 0. */
async function tool(packageName, program, ...args) {
  const { code, output } = await runTool(packageName, program, args);
  return code === 0 ? null : `${output}\n${program} ended with ${code}`;
}

/** A check by a script of ours. */
async function script(file, ...args) {
  const { code, output } = await runScript(file, args);
  return code === 0 ? null : `${output}\n${file} ended with ${code}`;
}

async function lockFile() {
  const [lock, manifest] = ['package-lock.json', 'package.json'].map((file) =>
    JSON.parse(readFileSync(file, 'utf8')),
  );
  const faults = lockFileFaults(lock, manifest);
  return faults.length === 0 ? null : faults.join('\n');
}

/** Runs vitest with its output going where ours goes, and adds its tests to the total. */
async function tests() {
  if (interrupted) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'pagesync-vitest-'));
  const report = path.join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const { code } = await runTool('vitest', 'vitest', ['run', ...reporters, ...vitestArguments], {
      show: true,
    });
    const text = existsSync(report) ? readFileSync(report, 'utf8') : null;
    const { passed, failed, remarks } = countTests(text, code, vitestArguments);
    for (const remark of remarks) console.log(`${red('FAIL')} ${remark}`);
    total.passed += passed;
    total.failed += failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const folders = CODE_FOLDERS.filter((folder) => existsSync(folder));
  for (const project of ['.', 'web', 'test/browser']) {
    await check(`types${project === '.' ? '' : ` of ${project}`}`, () =>
      tool('typescript', 'tsc', '-p', project, '--pretty', 'false'),
    );
  }
  await check('lint and format', () =>
    tool('@biomejs/biome', 'biome', 'ci', '--colors=off', '--max-diagnostics=none', '.'),
  );
  await check('import arrows', () =>
    script(
      'scripts/import-arrows.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err-long',
      ...folders,
    ),
  );
  await check('lock file', lockFile);
  await check('dashboard', buildDashboard);
  await check('first load of the dashboard', firstLoadFault);
  if (!staticOnly) await tests();
} catch (error) {
  console.log(`${red('FAIL')} ${error.stack}`);
  total.failed += 1;
}
if (interrupted) {
  console.log(`${red('FAIL')} interrupted`);
  total.failed += 1;
}
if (!staticOnly && findChromium() === null) {
  const what = 'no Chromium on this machine (CHROMIUM_PATH): the tests in test/browser were NOT run';
  console.log(red(`SKIPPED: ${what}`));
  // where everything has to hold nothing is left out
  if (process.env.CI) total.failed += 1;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
