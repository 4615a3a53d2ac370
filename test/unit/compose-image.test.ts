import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

/** Whether .dockerignore lets a file through: the last pattern that matches it or a folder above it decides. */
function inImage(file: string): boolean {
  const parts = file.split('/');
  const paths = parts.map((_, index) => parts.slice(0, index + 1).join('/'));
  let ignored = false;
  for (const line of read('.dockerignore').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = globPattern(line.replace(/^!/, ''));
    if (paths.some((candidate) => pattern.test(candidate))) ignored = !line.startsWith('!');
  }
  return !ignored;
}

/** `*` is part of a name, `**` and a slash any number of folders. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replaceAll(/[.+^$()[\]{}|\\]/g, '\\$&')
    .replaceAll('**/', '(?:.+/)?')
    .replaceAll(/\*/g, '[^/]*');
  return new RegExp(`^${source}$`);
}

describe('Dockerfile', () => {
  const lines = read('Dockerfile').replaceAll('\\\n', ' ').split('\n');
  const arguments_ = (instruction: string) =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));

  it('starts from an image of an exact version, new enough for our engines', () => {
    const bases = arguments_('FROM').map((from) => from.split(' ')[0] ?? '');
    expect(bases.length).toBeGreaterThan(0);
    for (const base of bases) expect(base).toMatch(/^node:20\.(19|[2-9]\d)\.\d+-[a-z]+-slim$/);
  });

  it('runs as a user who is not root, and hands signals to node', () => {
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));
    expect(last.findLast((line) => line.startsWith('USER '))).toBe('USER node');
    expect(arguments_('STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(JSON.parse(arguments_('CMD')[0] ?? '')).toEqual(['node', '--import', 'tsx', 'src/server.ts']);
    expect(arguments_('ENTRYPOINT')).toEqual([]);
  });

  it('has what the programs need and nothing else', () => {
    for (const file of [
      'package.json',
      'src/contract/names.ts',
      'workflows/index.ts',
      'activities/index.ts',
      'migrations/0001.sql',
      'web/main.tsx',
      'scripts/build-dashboard.mjs',
    ]) {
      expect(inImage(file), file).toBe(true);
    }
    for (const file of [
      '.env',
      '.git/config',
      'node_modules/zod/index.js',
      'test/unit/compose.test.ts',
      '.pagesync/x',
      'web/dist/index.html',
    ]) {
      expect(inImage(file), file).toBe(false);
    }
    expect(arguments_('RUN').join()).toContain('npm ci --omit=dev');
    // built inside, from these sources
    expect(arguments_('RUN')).toContain('npm run build');
    expect(arguments_('COPY')).toContain('--from=dashboard /app/web/dist web/dist');
  });

  it('has every file that docker-compose.yml runs in it', () => {
    const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
      services: Record<string, { build?: string; command?: string[]; healthcheck?: { test: string[] } }>;
    };
    const words = Object.values(services)
      .filter(({ build }) => build === '.')
      .flatMap(({ command = [], healthcheck }) => [...command, ...(healthcheck?.test ?? [])]);
    const files = words.filter((word) => /^[\w/-]+\.m?[jt]s$/.test(word));
    expect(files).toEqual(expect.arrayContaining(['src/worker.ts', 'scripts/worker-health.mjs']));
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)) || !inImage(file))).toEqual([]);
  });
});
