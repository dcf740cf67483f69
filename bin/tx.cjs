#!/usr/bin/env node
process.env.UV_THREADPOOL_SIZE ??= '16';
// The line above must come first and this file must stay CommonJS: libuv reads the variable once, when
// its pool starts, and each running query of an embedded engine holds one of its threads.
const argument = process.argv[2];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`error: tx needs Node.js 20.19 or newer, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else if (process.argv.length === 3 && (argument === '--version' || argument === '-V')) {
  process.stdout.write(`${require('../package.json').version}\n`);
} else if (process.argv.length === 3 && (argument === '--help' || argument === '-h')) {
  // Printed by the build with the program itself: the same text without the program being loaded.
  process.stdout.write(require('node:fs').readFileSync(require('node:path').join(__dirname, '..', 'dist', 'help.txt')));
} else {
  // What a large project holds is held to the end. The usual heap waits with collecting until it is several times as large.
  // A Node.js that nobody has tried may not know the option, and would say so on the terminal of the user.
  if (major <= 25) require('node:v8').setFlagsFromString('--heap-growing-percent=50');
  import('../dist/main.js').catch((cause) => {
    process.stderr.write(`${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
    process.exitCode = 70;
  });
}
