// Builds the components for other apps into web/dist-components: an ES module, a style sheet, types, and a package.json.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runTool } from './child-process.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MADE = path.join('web', 'dist-components');
const COMPONENTS = path.join('web', 'components');
/** What an app has itself; as in web/vite.components.config.ts. */
const PEERS = ['@tanstack/react-query', 'react', 'react-dom', 'sonner'];

/** Runs a tool. @throws Error with what it said when it fails */
async function run(packageName, program, ...args) {
  const { code, output } = await runTool(packageName, program, args);
  if (code !== 0) throw new Error(`${output}\n${program} ended with ${code}`);
}

/** Writes the declarations that the entry leads to, and no others: they name nothing of ours that is not there. */
async function writeTypes() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pagesync-types-'));
  try {
    await run('typescript', 'tsc', '-p', 'web/tsconfig.components.json', '--outDir', folder);
    mkdirSync(path.join(MADE, 'types'));
    const todo = ['index'];
    for (const name of todo) {
      const text = readFileSync(path.join(folder, COMPONENTS, `${name}.d.ts`), 'utf8');
      for (const [, found] of text.matchAll(/from '(\.[^']*)'/g)) {
        const imported = /^\.\/([\w-]+)\.tsx?$/.exec(found)?.[1];
        if (imported === undefined)
          throw new Error(`The types of ${name} lead out of ${COMPONENTS}: ${found}`);
        if (!todo.includes(imported)) todo.push(imported);
      }
      const linked = text.replaceAll(/(from '\.\/[\w-]+)\.tsx?'/g, "$1.js'");
      writeFileSync(path.join(MADE, 'types', `${name}.d.ts`), linked);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeManifest() {
  const { version, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const major = (name) => devDependencies[name].split('.')[0];
  const peerDependencies = Object.fromEntries(PEERS.map((name) => [name, `^${major(name)}.0.0`]));
  const manifest = {
    name: 'pagesync-components',
    version,
    description: 'ManualSyncButton and LivePanel of Pagesync for React apps',
    private: true,
    type: 'module',
    sideEffects: ['*.css'],
    exports: {
      '.': { types: './types/index.d.ts', default: './index.js' },
      './styles.css': './styles.css',
    },
    peerDependencies,
  };
  writeFileSync(path.join(MADE, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

process.chdir(ROOT);
try {
  await run('vite', 'vite', 'build', '--config', 'web/vite.components.config.ts');
  await writeTypes();
  writeManifest();
  console.log(`The components are in ${MADE}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
