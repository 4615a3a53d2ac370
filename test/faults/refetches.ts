import type { Graph } from './graph.ts';
import type { Sql } from './house.ts';
import type { Undisturbed } from './undisturbed.ts';

/** How far each stream was stored at some moment, and how many list calls there had been by then. */
interface Mark {
  calls: number;
  stored: Map<string, number>;
}

/** At a kill a stream may lose the page that is being stored and the one that is fetched meanwhile. */
const PAGES_IN_HAND = 2;

/** Watches that no Graph page is fetched again once it is stored. For campaigns whose Graph does nothing wrong. */
export class RefetchWatch {
  readonly #sql: Sql;
  readonly #graph: Graph;
  readonly #walks: Undisturbed['walks'];
  readonly #marks: Mark[] = [];

  constructor(sql: Sql, graph: Graph, walks: Undisturbed['walks']) {
    this.#sql = sql;
    this.#graph = graph;
    this.#walks = walks;
  }

  /** To be called after every fault, when PostgreSQL answers again. */
  async mark(): Promise<void> {
    const rows = await this.#sql<{ name: string; stored: number }[]>`
      SELECT p.facebook_page_id || ' ' || b.stream AS name, count(*)::int AS stored
      FROM sync_batches b JOIN sync_jobs j ON j.id = b.job_id JOIN facebook_pages p ON p.id = j.page_id GROUP BY 1`;
    const stored = new Map(rows.map((row) => [row.name, row.stored]));
    this.#marks.push({ calls: this.#graph.listCalls().length, stored });
  }

  /** @returns pages that were fetched more than once, and what was wrong with that */
  result(): { refetched: number; differences: string[] } {
    const differences: string[] = [];
    let refetched = 0;
    const seen = new Set<string>();
    for (const [index, { page, platform, after }] of this.#graph.listCalls().entries()) {
      const name = `${page} ${platform}`;
      const place = this.#walks.get(name)?.indexOf(after) ?? -1;
      if (place < 0) differences.push(`${name}: ${after} is no cursor of this walk`);
      const stored = Math.max(
        0,
        ...this.#marks.map((mark) => (mark.calls <= index ? (mark.stored.get(name) ?? 0) : 0)),
      );
      if (place < stored) {
        differences.push(`${name}: page ${place + 1} was fetched again when ${stored} pages were stored`);
      }
      const key = `${name} ${after}`;
      if (seen.has(key)) refetched += 1;
      seen.add(key);
    }
    const most = this.#marks.length * this.#walks.size * PAGES_IN_HAND;
    if (refetched > most)
      differences.push(`${refetched} pages were fetched again, ${most} at most were in hand`);
    return { refetched, differences };
  }
}
