import type { Express } from 'express';

/** What is looked at of Express's own list of what it serves. */
interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { stack?: Layer[] };
  /** Mounted at `/`. */
  slash: boolean;
  match(path: string): boolean;
}

/**
 * Every route that an app serves, as `GET /api/pages/:id`, however it was added.
 *
 * @param mounts where routers are mounted: Express does not tell
 * @throws when something is mounted anywhere else
 */
export function routesOf(app: Express, mounts: readonly string[]): string[] {
  // what is mounted at /api matches /api/docs as well, but not the other way round
  const shortestFirst = [...mounts].sort((a, b) => a.length - b.length);
  const walk = (layers: readonly Layer[], prefix: string): string[] =>
    layers.flatMap((layer) => {
      const { route, handle, slash } = layer;
      if (route !== undefined) {
        const path = prefix !== '' && route.path === '/' ? prefix : prefix + route.path;
        return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${path}`);
      }
      if (slash) return walk(handle.stack ?? [], prefix);
      const mount = shortestFirst.find(
        (path) => path.startsWith(prefix) && layer.match(path.slice(prefix.length)),
      );
      if (mount === undefined) throw new Error(`Something is mounted below ${prefix}/ that nobody knows`);
      return walk(handle.stack ?? [], mount);
    });
  return walk((app.router as unknown as { stack: Layer[] }).stack, '');
}
