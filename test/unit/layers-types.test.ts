import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** True when activities are left over once the types are gone; `import { type A }` still loads the file. */
function loadsActivities(source: string): boolean {
  const withoutTypes = source.replaceAll(/^(?:import|export)\s+type\s[^;]*?from\s+['"][^'"]+['"];?/gm, '');
  return /['"`][^'"`\n]*\bactivities\b[^'"`\n]*['"`]/.test(
    withoutTypes.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ''),
  );
}

async function sources(folder: string): Promise<string[]> {
  const names = await readdir(path.join(ROOT, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(folder, name));
}

describe('imports that are told apart from imports of types', () => {
  it('sees a workflow that loads activities', () => {
    expect(loadsActivities(`import type { Activities } from '../activities/index.ts';`)).toBe(false);
    expect(loadsActivities(`export type {\n  A,\n} from '../activities/index.ts';`)).toBe(false);
    expect(loadsActivities(`import { a } from '../activities/index.ts';`)).toBe(true);
    expect(loadsActivities(`import { type A } from '../activities/index.ts';`)).toBe(true);
    expect(loadsActivities(`import type { X } from './x.ts';\nimport { a } from '../activities/a.ts';`)).toBe(
      true,
    );
    expect(loadsActivities(`import '../activities/index.ts';`)).toBe(true);
    expect(loadsActivities(`export * from '../activities/index.ts';`)).toBe(true);
    expect(loadsActivities(`const a = await import('../activities/index.ts');`)).toBe(true);
  });

  it('finds none', async () => {
    const files = await sources('workflows');
    expect(files.length).toBeGreaterThan(1);
    const loading = await Promise.all(
      files.map(async (file) => loadsActivities(await readFile(path.join(ROOT, file), 'utf8'))),
    );
    expect(files.filter((_, index) => loading[index])).toEqual([]);
  });

  it('finds no inline import types, of which the import check does not see all', async () => {
    const files = (await Promise.all(['src', 'workflows', 'activities', 'simulator'].map(sources))).flat();
    const inline = await Promise.all(
      files.map(async (file) =>
        /\bimport\(['"][^'"]+['"]\)\s*[.[]/.test(await readFile(path.join(ROOT, file), 'utf8')),
      ),
    );
    expect(files.filter((_, index) => inline[index])).toEqual([]);
  });
});
