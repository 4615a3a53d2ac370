// Builds the dashboard into web/dist, unless what is there was made from the same sources. Runs before `npm start`; plain Node.
//   node scripts/build-dashboard.mjs             where Vite is not installed: what is there is kept, and said
//   node scripts/build-dashboard.mjs --required  that is a fault (`npm run build`)
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runTool } from './child-process.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** What the dashboard is made of. */
const SOURCES = ['web', 'src/contract', 'package-lock.json'];
const MADE = new Set(['dist', 'dist-components']);
/** Names what web/dist was made from. */
const STAMP = path.join(ROOT, 'web', 'dist', '.made-from');

function filesOf(place) {
  const full = path.join(ROOT, place);
  if (place.endsWith('.json')) return [full];
  return readdirSync(full, { withFileTypes: true })
    .filter(({ name }) => !MADE.has(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesOf(path.join(place, entry.name)) : [path.join(full, entry.name)],
    );
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesOf).sort()) {
    hash.update(path.relative(ROOT, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/**
 * Works in the project's folder.
 *
 * @param say told what is done, when something is
 * @returns null, or what is wrong
 */
export async function buildDashboard(say = () => {}) {
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return null;
  if (!existsSync(path.join(ROOT, 'node_modules', 'vite'))) {
    return 'The dashboard cannot be built: Vite is not installed (npm ci --include=dev)';
  }
  say('Building the dashboard …');
  const { code, output } = await runTool('vite', 'vite', ['build', '--config', 'web/vite.config.ts']);
  if (code !== 0) return `${output}\nvite build ended with ${code}`;
  writeFileSync(STAMP, wanted);
  return null;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.chdir(ROOT);
  const fault = await buildDashboard(console.log);
  if (fault !== null) console.error(fault);
  if (fault !== null && process.argv.includes('--required')) process.exitCode = 1;
}
