import type { Party } from './updates.ts';

/** What the generator is told to do. */
export interface Plan {
  url: string;
  appSecret: string;
  people: readonly Party[];
  /** Updates a second, however many are in a POST. */
  rate: number;
  updatesPerPost: number;
  seconds: number;
  /** Number of the first update: none has the number of another. */
  first: number;
}

/** What became of the POSTs, in the order in which they were due. */
export interface Posts {
  /** When each was due, in milliseconds since 1970. */
  due: number[];
  /** Milliseconds from then to the end of its answer 200; `null` = any other answer, or none. */
  answered: (number | null)[];
  /** Milliseconds that each went out late because the generator was not there in time. */
  late: number[];
  /** It has stopped early: so many were unanswered that nothing could come of it. */
  gaveUp: boolean;
}
