// The arrows between the folders, checked by `npm test`. Who breaks one on purpose changes the rule here in the same commit.
// Imports of types count like all others; test/unit/layers-types.test.ts tells them apart where that matters.

const OURS = '^(src|workflows|activities|simulator|web|bench|test|scripts)/';
/** Two leaves that any part of src may use. */
const LEAVES = '^src/(config|log)\\.ts$';
const PROGRAMS = '^src/(server|worker|local|pagesync)\\.ts$';
const TESTS = '^(test|bench)/';

/** Files below `from` may import, of our own files, only themselves and what `to` matches. */
function only(name, comment, from, to = []) {
  return {
    name,
    comment,
    severity: 'error',
    from: { path: from },
    to: { path: OURS, pathNot: [from, ...to] },
  };
}

/** What `to` describes is imported by nobody, or by nobody but `except`. */
function nobody(name, comment, to, except = []) {
  return { name, comment, severity: 'error', from: { pathNot: except }, to };
}

module.exports = {
  forbidden: [
    only(
      'contract-stands-alone',
      'All sides share the contract, the workflow sandbox and the browser too.',
      '^src/contract/',
    ),
    {
      name: 'contract-without-node',
      comment: 'The contract is loaded by the workflow sandbox and the browser: neither has Node built-ins.',
      severity: 'error',
      from: { path: '^src/contract/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'workflows-deterministic',
      comment:
        'Workflows are replayed: the contract, types of activities and Temporal, nothing that can differ.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        pathNot: [
          '^(workflows|src/contract|activities)/',
          '(^|/)node_modules/@temporalio/(workflow|common)/',
        ],
      },
    },
    only(
      'activities-between-graph-and-store',
      'Activities join the Graph API and the database; they know neither HTTP nor the programs.',
      '^activities/',
      ['^src/(graph|store|contract)/'],
    ),
    {
      name: 'activities-temporal',
      comment: 'An activity learns of Temporal by its context: no client, no worker, no workflow code.',
      severity: 'error',
      from: { path: '^activities/' },
      to: {
        path: '(^|/)node_modules/@temporalio/',
        pathNot: '(^|/)node_modules/@temporalio/(activity|common)/',
      },
    },
    only('graph-knows-contract', 'The Graph client can be used and tested alone.', '^src/graph/', [
      '^src/contract/',
    ]),
    only(
      'webhook-reads-meta',
      'What Meta posts: signature and body; no database, no HTTP.',
      '^src/webhook/',
      ['^src/(graph|contract)/'],
    ),
    only('store-knows-contract', 'The store can be used and tested alone.', '^src/store/', [
      '^src/contract/',
    ]),
    only(
      'connect-between-graph-and-store',
      'Connecting pages joins the Graph API and the database while a person waits; HTTP and Temporal are others’.',
      '^src/connect/',
      ['^src/(graph|store|contract)/'],
    ),
    only(
      'temporal-knows-contract',
      'Connections and calls to Temporal; no database, no HTTP.',
      '^src/temporal/',
      ['^src/contract/', LEAVES],
    ),
    only(
      'api-starts-and-asks',
      'The API starts and asks; the work is done by workflows and activities.',
      '^src/api/',
      ['^src/(temporal|store|webhook|connect|contract)/', LEAVES],
    ),
    only(
      'cli-knows-contract',
      'The command line talks to the API over HTTP like anybody else.',
      '^src/cli/',
      ['^src/contract/'],
    ),
    only('web-knows-contract', 'The dashboard talks to the API over HTTP like anybody else.', '^web/', [
      '^src/contract/',
    ]),
    {
      name: 'web-without-node',
      comment:
        'A browser takes types and constants of the contract: with a schema all of zod would come along.',
      severity: 'error',
      from: { path: '^web/', pathNot: '\\.config\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only('embedded-stands-alone', 'Embedded servers know nothing of the product.', '^src/embedded/'),
    only(
      'simulator-stands-alone',
      'The simulator is a program of its own; what it shares with us it could not test.',
      '^simulator/',
    ),

    nobody('api-is-started', 'Only its start-up knows the API.', { path: '^src/api/' }, [
      '^src/api/',
      '^src/start-api\\.ts$',
      TESTS,
    ]),
    nobody('programs-are-run', 'A program is started, not imported: importing it would run it.', {
      path: PROGRAMS,
    }),
    nobody(
      'store-by-its-index',
      'src/store/index.ts says what others may use.',
      {
        path: '^src/store/',
        pathNot: '^src/store/index\\.ts$',
      },
      ['^src/store/', TESTS],
    ),
    nobody(
      'connect-by-its-index',
      'src/connect/index.ts says what others may use.',
      {
        path: '^src/connect/',
        pathNot: '^src/connect/index\\.ts$',
      },
      ['^src/connect/', TESTS],
    ),
    nobody(
      'graph-by-its-index',
      'src/graph/index.ts says what others may use.',
      {
        path: '^src/graph/',
        pathNot: '^src/graph/index\\.ts$',
      },
      ['^src/graph/', TESTS],
    ),
    nobody('tests-are-not-imported', 'The product works without its tests.', { path: '^(test|bench)/' }, [
      TESTS,
    ]),

    {
      name: 'production-packages',
      comment:
        'An installation has `dependencies` only (npm ci --omit=dev): nothing else is there at run time.',
      severity: 'error',
      from: { path: '^(src|workflows|activities|simulator)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: '(^|/)node_modules/@types/' },
    },
    nobody('imports-exist', 'An import that leads nowhere escapes every other rule.', {
      couldNotResolve: true,
    }),
    nobody('no-circles', 'Files that import each other cannot be understood one at a time.', {
      circular: true,
    }),
    {
      name: 'no-orphans',
      comment: 'A file that imports nothing and that nobody imports is left over.',
      severity: 'error',
      from: { orphan: true, path: '^(src|workflows|activities|simulator)/' },
      to: {},
    },
  ],
  options: {
    // TypeScript 7 has no API to parse with. swc sees imports of types as well.
    parser: 'swc',
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '(^|/)test/histories/|^web/dist' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
