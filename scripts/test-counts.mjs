// Makes two numbers of what vitest says.

/** Arguments by which vitest leaves out tests: those are skipped on purpose then. */
const PICKS_TESTS = /^(-t|--t(est)?-?name-?pattern)\b|\.[cm]?tsx?:\d+$/i;

/**
 * Counts tests. What did not run counts as failed, and so does all that is wrong without being a test's fault:
 * a file that cannot be loaded, an error outside of tests, no test at all, a vitest that died.
 *
 * @param report text of vitest's JSON report, null when it wrote none
 * @param code vitest's exit code
 * @param args what vitest was called with
 */
export function countTests(report, code, args) {
  const files = parse(report)?.testResults;
  if (!files) return { passed: 0, failed: 1, remarks: [`vitest ended with ${code} and left no report`] };
  const picked = args.some((argument) => PICKS_TESTS.test(argument));
  const tests = files.flatMap((file) =>
    file.assertionResults.map(({ status, fullName }) => ({ status, fullName })),
  );
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  const idle = picked ? [] : tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed));
  const remarks = [
    ...idle.map(({ status, fullName }) => `${status}: ${fullName}`),
    ...broken.map(({ name, message }) => `${name}: ${message || 'failed outside of its tests'}`),
  ];
  if (passed + failed === 0 && remarks.length === 0) remarks.push('no test was run');
  if (code !== 0 && failed + remarks.length === 0)
    remarks.push(`vitest ended with ${code} though no test failed`);
  return { passed, failed: failed + remarks.length, remarks };
}

function hasFailed({ status }) {
  return status === 'failed';
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
