const hooks = new Set<() => void>();

function runAll(): void {
  for (const hook of hooks) {
    try {
      hook();
    } catch {
      // The process is ending: one hook that fails must not keep the others from running.
    }
  }
}

/**
 * Runs `hook` (synchronous, as Node demands) when this process ends by itself: `process.exit`, an empty event loop,
 * an uncaught exception. A signal nobody handles and `kill -9` run nothing. Returns the way to take it back.
 * All hooks share one listener, which goes away with the last of them.
 */
export function onProcessExit(hook: () => void): () => void {
  if (hooks.size === 0) process.on('exit', runAll);
  hooks.add(hook);
  return () => {
    if (hooks.delete(hook) && hooks.size === 0) process.off('exit', runAll);
  };
}
