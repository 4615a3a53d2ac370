/**
 * Does something for every item, up to `lanes` of them at a time. Items with the same key are done one after another, in
 * their order.
 *
 * @throws the first error, when no item is in hand any more
 */
export async function inLanes<T>(
  items: readonly T[],
  lanes: number,
  keyOf: (item: T) => string,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queues = new Map<string, T[]>();
  for (const item of items) {
    const queue = queues.get(keyOf(item));
    if (queue === undefined) queues.set(keyOf(item), [item]);
    else queue.push(item);
  }
  const waiting = [...queues.values()];
  const lane = async () => {
    for (let queue = waiting.shift(); queue !== undefined; queue = waiting.shift()) {
      for (const item of queue) await work(item);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, waiting.length) }, lane));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
