import { eventually } from '../support/eventually.ts';
import type { Scene } from './campaign.ts';
import { Watcher } from './watcher.ts';

/** Those who watch the syncs of a campaign over the first API. */
export class Watchers {
  readonly #all: { watcher: Watcher; conversations: number }[] = [];

  /** @param each how many watch each page */
  watch({ house, pages }: Scene, each: number): void {
    const [api] = house.apis;
    if (api === undefined) throw new Error('There is no API to watch');
    for (const { id, conversations } of pages) {
      for (let i = 0; i < each; i++) this.#all.push({ watcher: new Watcher(api.client, id), conversations });
    }
  }

  /** Waits until all have seen the end, and tells what was wrong with what they saw. */
  async seeTheEnd({ differences }: Scene): Promise<void> {
    // who has not seen it by then says so below
    await eventually(() => this.#all.every(({ watcher }) => watcher.sawTheEnd), 'the end').catch(() => {});
    for (const { watcher, conversations } of this.#all) {
      watcher.leave();
      differences.push(...watcher.differences(conversations));
    }
  }
}
