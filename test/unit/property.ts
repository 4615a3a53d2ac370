import fc from 'fast-check';

/** Enough runs to find what there is, few enough to stay quick; a failure prints the seed that repeats it. */
fc.configureGlobal({ numRuns: 300 });

export { fc };
