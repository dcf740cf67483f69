'use strict';
// Loaded into each measured program by NODE_OPTIONS: writes, when the program ends, what it used.
const { readFileSync, writeFileSync } = require('node:fs');

const file = process.env.BENCH_USAGE_FILE;
// Programs that the measured one starts are not measured.
delete process.env.BENCH_USAGE_FILE;
delete process.env.NODE_OPTIONS;

/** Peak of this program alone: where the system tells it, because `maxRSS` starts at the size of the process that forked. */
function peakKilobytes(maxRSS) {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return maxRSS;
  }
}

if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: peakKilobytes(maxRSS) / 1024 }));
  });
}
