import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut and mended while the server itself goes on. */
export interface Relay {
  /** `host:port` to connect to instead. */
  address: string;
  /** Ends all connections, and every new one at once. */
  cut(): void;
  /** Lets nothing through any more, without a word to either side. */
  stall(): void;
  /** Lets requests through, and no answers any more. */
  mute(): void;
  mend(): void;
  close(): Promise<void>;
}

/** @param target `host:port` */
export async function startRelay(target: string): Promise<Relay> {
  const [host, port] = target.split(':');
  const sockets = new Set<Socket>();
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let open = true;
  let stalled = false;
  const server = createServer((near) => {
    near.on('error', () => {});
    if (stalled) {
      sockets.add(near);
      return;
    }
    if (!open) {
      near.destroy();
      return;
    }
    const far = connect(Number(port), host).on('error', () => {});
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
    const pair = { near, far };
    pairs.add(pair);
    near.on('close', () => pairs.delete(pair));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('The relay has no port');
  const cut = () => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${own.port}`,
    cut,
    stall() {
      stalled = true;
      for (const socket of sockets) socket.unpipe();
    },
    mute() {
      for (const { near, far } of pairs) far.unpipe(near);
    },
    mend() {
      open = true;
      stalled = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
