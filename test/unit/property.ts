import fc from 'fast-check';

/**
 * Enough runs to find what there is, few enough to stay quick. The same ones every time, so that a change is judged by what it
 * changes; another `PAGESYNC_RANDOM_SEED` looks elsewhere. A failure prints the seed that repeats it.
 */
fc.configureGlobal({ numRuns: 300, seed: Number(process.env.PAGESYNC_RANDOM_SEED || 20_261_121) });

export { fc };
