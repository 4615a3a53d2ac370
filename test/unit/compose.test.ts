import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Service {
  image: string;
  build?: string;
  command?: string[];
  container_name?: string;
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas: number };
  environment?: Record<string, string | number | null>;
  healthcheck?: { test: string[] };
  ports?: string[];
  profiles?: string[];
  restart?: string;
  stop_grace_period?: string;
}

const compose: { services: Record<string, Service> } = parse(read('docker-compose.yml'), { merge: true });
const services = Object.entries(compose.services);
const serviceNamed = (name: string): Service => {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`There is no service ${name}`);
  return service;
};
const OURS = ['api', 'worker', 'migrate', 'simulator'];
const ONE_SHOT = ['migrate'];

/** An image by an exact version: `postgres:17.11-bookworm`, not `postgres`, `postgres:latest` or `postgres:17`. */
const PINNED = /^[a-z0-9./-]+:v?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?(@sha256:[0-9a-f]{64})?$/;

const SECRETS = ['POSTGRES_PASSWORD', 'TOKEN_ENCRYPTION_KEYS', 'PAGESYNC_API_TOKEN'];

/** The variables that our programs read. */
function knownVariables(): Set<string> {
  const config = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);
  const folder = path.dirname(createRequire(import.meta.url).resolve('@temporalio/envconfig'));
  const temporal = readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .flatMap(
      (file) => readFileSync(path.join(folder, file), 'utf8').match(/\bTEMPORAL_[A-Z_]*[A-Z]\b/g) ?? [],
    );
  return new Set([...config, ...temporal].filter((name) => name !== undefined));
}

/** What Compose makes of `${NAME}`, `${NAME:-default}`, `${NAME-default}` and `${NAME:?message}` with nothing but the secrets set. */
function interpolate(text: string, env: Record<string, string>): string {
  const replaced = text.replaceAll(
    // a default may hold others: the innermost comes first
    /\$\{([A-Z_]+)(?:(:[-?]|-)([^{}]*))?\}/g,
    (_, name: string, kind?: string, rest = '') => {
      // with a colon, what is empty counts as not set
      const value = (kind === '-' ? env[name] : env[name] || undefined) ?? (kind?.endsWith('-') ? rest : '');
      if (kind === ':?' && value === '') throw new Error(`${name} is not set`);
      return value;
    },
  );
  return replaced === text ? text : interpolate(replaced, env);
}

describe('docker-compose.yml', () => {
  it('is what the Compose specification allows', () => {
    const file = path.join(
      path.dirname(createRequire(import.meta.url).resolve('dclint/package.json')),
      'schemas',
    );
    const schema = JSON.parse(readFileSync(path.join(file, 'compose.schema.json'), 'utf8'));
    const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false });
    addFormats.default(ajv);
    const validate = ajv.compile({ ...schema, $schema: undefined });
    validate(compose);
    expect(validate.errors).toBeNull();

    expect(validate({ services: { api: { ...compose.services.api, comand: ['node'] } } })).toBe(false);
    expect(validate({ services: { api: { ...compose.services.api, restart: 1 } } })).toBe(false);
    expect(validate({ services: { api: { depends_on: { db: { condition: 'started' } } } } })).toBe(false);
  });

  it('has the services that a production needs', () => {
    expect(services.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'postgres',
        'temporal',
        'temporal-ui',
        'migrate',
        'api',
        'worker',
        'simulator',
      ]),
    );
    expect(services.filter(([, { profiles }]) => profiles).map(([name]) => name)).toEqual(['simulator']);
  });

  it.each(services)(
    '%s waits only for services that are there, and for what they can reach',
    (_, service) => {
      for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
        const one = serviceNamed(name);
        expect(condition).toBe(
          ONE_SHOT.includes(name) ? 'service_completed_successfully' : 'service_healthy',
        );
        expect(one.profiles).toBeUndefined();
      }
    },
  );

  it('lets api and worker wait for the migrations, and those for PostgreSQL', () => {
    for (const name of ['api', 'worker']) {
      expect(Object.keys(serviceNamed(name).depends_on ?? {})).toContain('migrate');
    }
    expect(Object.keys(serviceNamed('migrate').depends_on ?? {})).toContain('postgres');
  });

  it.each(services)('%s has an image of an exact version', (name, service) => {
    expect(service.image).toMatch(PINNED);
    const { version } = JSON.parse(read('package.json')) as { version: string };
    if (OURS.includes(name)) expect([service.build, service.image]).toEqual(['.', `pagesync:${version}`]);
    else expect(service.build).toBeUndefined();
  });

  it('knows an image without an exact version', () => {
    for (const image of [
      'postgres',
      'postgres:latest',
      'postgres:17',
      'postgres:17-alpine',
      'temporalio/ui:latest',
    ]) {
      expect(image).not.toMatch(PINNED);
    }
  });

  it.each(services)('%s has a health check, or ends by itself; comes back, or does not', (name, service) => {
    const oneShot = ONE_SHOT.includes(name);
    expect(service.healthcheck === undefined).toBe(oneShot);
    expect(service.restart).toBe(oneShot ? 'no' : 'unless-stopped');
    if (service.healthcheck) expect(service.healthcheck.test[0]).toBe('CMD');
  });

  it.each(services)('%s publishes its ports on this machine only', (_, service) => {
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('can have any number of workers', () => {
    const worker = serviceNamed('worker');
    expect(worker.ports).toBeUndefined();
    expect(worker.container_name).toBeUndefined();
    expect(worker.deploy?.replicas).toBeGreaterThan(1);
  });

  it('gives a worker the time that it takes to stop', () => {
    const grace = /SHUTDOWN_GRACE_MS = (\d+)/.exec(read('src/temporal/worker.ts'))?.[1];
    expect(read('src/temporal/worker.ts')).toContain('shutdownForceTime: SHUTDOWN_GRACE_MS * 2');
    const seconds = Number(/^(\d+)s$/.exec(serviceNamed('worker').stop_grace_period ?? '')?.[1]);
    expect(seconds).toBeGreaterThanOrEqual((2 * Number(grace)) / 1000 + 5);
  });

  it.each(['api', 'worker', 'migrate'])('hands %s only variables that it reads', (name) => {
    const known = knownVariables();
    expect(known).toContain('DATABASE_URL');
    expect(known).toContain('TEMPORAL_API_KEY');
    const handed = Object.keys(serviceNamed(name).environment ?? {});
    expect(handed.filter((variable) => !known.has(variable))).toEqual([]);
    expect(handed).toEqual(
      expect.arrayContaining(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE']),
    );
  });

  it.each(['api', 'worker', 'migrate'])('makes %s a complete environment of the secrets', (name) => {
    const secrets = {
      POSTGRES_PASSWORD: 'c0ffee',
      TOKEN_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
      PAGESYNC_API_TOKEN: randomBytes(24).toString('hex'),
    };
    const environment = (env: Record<string, string>) =>
      Object.fromEntries(
        Object.entries(serviceNamed(name).environment ?? {})
          .filter(([, value]) => value !== null)
          .map(([key, value]) => [key, interpolate(String(value), env)]),
      );
    expect(read('Dockerfile')).toContain('ENV NODE_ENV=production');
    const inProduction = (env: Record<string, string>) =>
      readConfig({ ...environment(env), NODE_ENV: 'production' }, name === 'api');
    const config = inProduction(secrets);
    expect(config.http.publicUrl).toBe('http://localhost:3000');
    expect(inProduction({ ...secrets, API_PORT: '3100' }).http.publicUrl).toBe('http://localhost:3100');
    expect(inProduction({ ...secrets, PUBLIC_URL: 'https://sync.example.com' }).http.publicUrl).toBe(
      'https://sync.example.com',
    );
    expect(config.temporalUiUrl).toBe('http://localhost:8080');
    expect(inProduction({ ...secrets, TEMPORAL_UI_URL: '' }).temporalUiUrl).toBeNull();
    expect(() => inProduction({ ...secrets, POSTGRES_PASSWORD: 'pagesync' })).toThrow('DATABASE_URL');
    expect(config.databaseUrl).toBe('postgres://pagesync:c0ffee@postgres:5432/pagesync');
    expect(config.apiToken).toBe(secrets.PAGESYNC_API_TOKEN);
    for (const secret of SECRETS) {
      expect(() => environment({ ...secrets, [secret]: '' })).toThrow(`${secret} is not set`);
    }
  });

  it('has no secret of its own', () => {
    for (const secret of SECRETS) {
      const uses = read('docker-compose.yml').match(new RegExp(`\\$\\{${secret}[^}]*\\}`, 'g')) ?? [];
      expect(uses.length).toBeGreaterThan(0);
      for (const use of uses) expect(use).toMatch(/^\$\{[A-Z_]+:\?/);
    }
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|PWD|SECRET|TOKEN|KEY/.test(name)) expect(value ?? '${:?').toMatch(/^\$\{[A-Z_]*:\?/);
      }
    }
  });

  it.each(OURS)('starts %s by files that are there', (name) => {
    const { command = [], healthcheck } = serviceNamed(name);
    // TypeScript is run by tsx, which bin/pagesync.mjs sees to by itself
    if (command[1] !== 'bin/pagesync.mjs') expect(command.slice(0, 3)).toEqual(['node', '--import', 'tsx']);
    expect(command[0]).toBe('node');
    for (const file of [...command, ...(healthcheck?.test ?? [])].filter((word) =>
      /^[\w/-]+\.m?[jt]s$/.test(word),
    )) {
      expect(existsSync(path.join(ROOT, file)), file).toBe(true);
    }
  });
});
