import os from 'node:os';
import path from 'node:path';

/** Where things that can be fetched again are kept for all clones of this user: PAGESYNC_CACHE_DIR, else what the platform is used to. */
export function defaultCacheDir(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.PAGESYNC_CACHE_DIR) return path.resolve(env.PAGESYNC_CACHE_DIR);
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'pagesync');
  const home = env.HOME || env.USERPROFILE || os.homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'pagesync');
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'pagesync');
  return path.join(home, '.cache', 'pagesync');
}
