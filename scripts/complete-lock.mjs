/**
 * Adds to package-lock.json the packages for other platforms. npm leaves them out when its registry does not offer
 * them, which some mirrors do, and then `npm ci` refuses the lock file. Run it after `npm install` changed the file.
 * A package's platform is read from its name; it has no checksum until npm meets it in a complete registry.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(path, 'utf8'));

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.filter((word) => systems.includes(word));
  const cpu = words.filter((word) => processors.includes(word));
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`the name of ${name} does not tell its platform`);
  const libc = words.filter((word) => word in libraries).map((word) => libraries[word]);
  return { cpu, libc: libc.length > 0 && os[0] === 'linux' ? libc : undefined, os };
}

const added = {};
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in lock.packages || `${owner}/node_modules/${name}` in lock.packages) continue;
    const { cpu, libc, os } = platformOf(name);
    // Keys in npm's order; those that are undefined are not written.
    added[`node_modules/${name}`] = { version, cpu, dev: entry.dev, libc, optional: true, os };
  }
}

// npm sorts the same way, so that its next change of the file stays small.
const packages = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(path, `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`);
console.log(`added ${Object.keys(added).length} packages to package-lock.json`);
