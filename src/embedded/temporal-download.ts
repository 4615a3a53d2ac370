import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { promisify } from 'node:util';
import type { EmbeddedLog } from './log.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** SHA-256 of the archives of TEMPORAL_CLI_VERSION. What is not listed is not downloaded: this is a program that we go on to run. */
const ARCHIVE_SHA256: Readonly<Record<string, string>> = {
  'darwin-amd64': 'bbb73e2a31135abe50a1f1cdb35030c42961df618e8ce9c60ae89f201540c5d9',
  'darwin-arm64': 'cca01b7ea35ad56e2a328d9ae596bf716bd22313ef63c7a761c88354457c2415',
  'linux-amd64': 'ddc95e08b0b076efd4ea9733a3f488eb7d2be875f8834e616cd2a37358b4852d',
  'linux-arm64': 'bd1b0db9f18b051026de8bf6cc1505f2510f14bbb7a8b9a4a91fff46c77454f5',
};

/** No answer for so long means that the network does not reach the host; a healthy one answers in well under a second. */
const ANSWER_TIMEOUT_MS = 8_000;
/** Bound on the whole transfer of some 50 MB: 170 kB/s. Below that the Go build is as fast. */
const TRANSFER_TIMEOUT_MS = 300_000;

export interface ArchiveSource {
  url: string;
  sha256: string;
}

/** Where the official archive for a machine is, or null when there is none whose checksum is known. */
export function officialArchive(platform: NodeJS.Platform, arch: string): ArchiveSource | null {
  const goArch = arch === 'x64' ? 'amd64' : arch;
  const sha256 = ARCHIVE_SHA256[`${platform}-${goArch}`];
  if (sha256 === undefined) return null;
  return {
    url: `https://temporal.download/cli/archive/v${TEMPORAL_CLI_VERSION}?platform=${platform}&arch=${goArch}`,
    sha256,
  };
}

/**
 * Downloads and unpacks the CLI into `workDir` (which the caller throws away) and returns the path of the binary there.
 * Throws when the host does not answer in time, answers with something else than the archive, or the checksum differs.
 */
export async function downloadTemporal(options: {
  source: ArchiveSource;
  workDir: string;
  log: EmbeddedLog;
  fetch?: typeof globalThis.fetch | undefined;
  signal?: AbortSignal | undefined;
}): Promise<string> {
  const { source, workDir, log, fetch = globalThis.fetch } = options;
  const archive = path.join(workDir, 'temporal.tar.gz');
  const tooSlow = new AbortController();
  const signal = options.signal ? AbortSignal.any([tooSlow.signal, options.signal]) : tooSlow.signal;
  const noAnswer = `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
  let timer = setTimeout(() => tooSlow.abort(new Error(noAnswer)), ANSWER_TIMEOUT_MS);
  try {
    const response = await fetch(source.url, { signal });
    clearTimeout(timer);
    if (!response.ok || !response.body) throw new Error(`the host answers with status ${response.status}`);
    timer = setTimeout(() => tooSlow.abort(new Error('the transfer takes too long')), TRANSFER_TIMEOUT_MS);
    log.info({ url: source.url }, 'downloading Temporal (some 50 MB)');
    const hash = createHash('sha256');
    const hashing = new Transform({
      transform(chunk, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body as ReadableStream), hashing, createWriteStream(archive), {
      signal,
    });
    const got = hash.digest('hex');
    if (got !== source.sha256) throw new Error(`checksum mismatch: expected ${source.sha256}, got ${got}`);
  } finally {
    clearTimeout(timer);
  }
  await promisify(execFile)('tar', ['-xzf', archive, '-C', workDir, 'temporal'], { timeout: 60_000 });
  return path.join(workDir, 'temporal');
}
