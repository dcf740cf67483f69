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
  const native = require(driver);
  /** Texts that were taken apart, which is sending only if a statement of them is then prepared. */
  const extracted = new WeakMap();
  // The exports of native code cannot be replaced, so the program gets an object that inherits them.
  require.cache[driver].exports = Object.create(native, {
    query: {
      value: (connection, sql) => {
        statements.push(sql);
        return native.query(connection, sql);
      },
    },
    extract_statements: {
      value: async (connection, sql) => {
        const result = await native.extract_statements(connection, sql);
        extracted.set(result.extracted_statements, sql);
        return result;
      },
    },
    prepare_extracted_statement: {
      value: (connection, texts, index) => {
        statements.push(extracted.get(texts));
        return native.prepare_extracted_statement(connection, texts, index);
      },
    },
  });
}

process.on('exit', () => {
  fs.writeFileSync(out, JSON.stringify({ reads, statements, libraries: process.report.getReport().sharedObjects }));
});
