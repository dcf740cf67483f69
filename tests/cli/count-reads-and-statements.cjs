'use strict';
// Loaded into the program by NODE_OPTIONS: writes, when the program ends, which files it read and what it sent to the driver.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

const out = process.env.COUNT_FILE;
const driver = process.env.COUNT_DRIVER;
const reads = [];
const statements = [];
const { readFileSync, openSync } = fs;

// Some versions of Node read a whole file by way of `openSync`, others do not.
let whole = 0;
fs.readFileSync = function (path, ...rest) {
  reads.push(String(path));
  whole += 1;
  try {
    return readFileSync.call(this, path, ...rest);
  } finally {
    whole -= 1;
  }
};
fs.openSync = function (path, ...rest) {
  if (whole === 0) reads.push(String(path));
  return openSync.call(this, path, ...rest);
};
syncBuiltinESMExports();

if (driver !== undefined) {
  const { DuckDBConnection } = require(driver);
  for (const name of ['run', 'stream']) {
    const method = DuckDBConnection.prototype[name];
    DuckDBConnection.prototype[name] = function (sql, ...rest) {
      statements.push(sql);
      return method.call(this, sql, ...rest);
    };
  }
}

process.on('exit', () => {
  fs.writeFileSync(out, JSON.stringify({ reads, statements, libraries: process.report.getReport().sharedObjects }));
});
