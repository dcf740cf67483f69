'use strict';
// Loaded into each measured program by NODE_OPTIONS: writes, when the program ends, what it used.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');

// What a measured program starts is measured with it, into a file of its own.
const file = process.env.BENCH_USAGE_FILE && `${process.env.BENCH_USAGE_FILE}.${process.pid}`;

/** Peak of this program alone: where the system tells it, because `maxRSS` starts at the size of the process that forked. */
function peakKilobytes(maxRSS) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return maxRSS;
  }
}

function report() {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(`${file}.part`, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: peakKilobytes(maxRSS) / 1024 }));
  renameSync(`${file}.part`, file);
}

if (file) {
  process.on('exit', report);
  // A helper that its parent ends has no exit of its own to tell of.
  if (process.send !== undefined) {
    process.once('SIGTERM', () => process.exit(143));
    setInterval(report, 50).unref();
  }
}
