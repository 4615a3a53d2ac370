import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/** Binds for a moment; the port that was had, or null when it is taken or not allowed. */
function tryBind(port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}

/** A TCP port on 127.0.0.1 that the operating system says is free now. Nothing keeps it free: whoever binds it must expect to lose. */
export async function freePort(): Promise<number> {
  const port = await tryBind(0);
  if (port === null) throw new Error(`no free TCP port on ${HOST}`);
  return port;
}

/** For ports that people open: `port` itself if it is free on 127.0.0.1, else the next free one above (100 are tried), else any. */
export async function preferPort(port: number): Promise<number> {
  for (let candidate = port; candidate < Math.min(port + 100, 65_536); candidate++) {
    if (await isPortFree(candidate)) return candidate;
  }
  return freePort();
}

/** True when the port can be bound on 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryBind(port)) !== null;
}
