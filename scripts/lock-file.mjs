// What can be wrong with package-lock.json although `npm install` wrote it.

/**
 * Everything that keeps `npm ci` from working here or on another machine, as sentences.
 *
 * @param lock package-lock.json
 * @param manifest package.json
 */
export function lockFileFaults(lock, manifest) {
  return [...differences(lock, manifest), ...missing(lock), ...hosts(lock)];
}

function differences(lock, manifest) {
  const root = lock.packages[''];
  return ['dependencies', 'devDependencies', 'optionalDependencies', 'engines']
    .filter((field) => !sameEntries(root[field], manifest[field]))
    .map((field) => `${field} of package.json and package-lock.json differ: run npm install`);
}

function sameEntries(a = {}, b = {}) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/**
 * A package can be published before its packages for other platforms are. npm then leaves them out of the lock without a word,
 * and `npm ci` refuses it or installs something that does not run.
 */
function missing({ packages }) {
  const paths = Object.keys(packages);
  return Object.entries(packages).flatMap(([name, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([wanted]) => !paths.some((path) => path.endsWith(`node_modules/${wanted}`)))
      .map(
        ([wanted, range]) =>
          `${wanted}@${range}, wanted by ${name}@${entry.version}, is not in package-lock.json`,
      ),
  );
}

/** Where a package was fetched from is the business of the machine that fetched it. */
function hosts({ packages }) {
  return Object.entries(packages)
    .filter(([, { resolved }]) => /^[a-z+]+:\/\//i.test(resolved ?? ''))
    .map(
      ([name]) =>
        `${name} names a host in "resolved": npm leaves it out with omit-lockfile-registry-resolved=true`,
    );
}
